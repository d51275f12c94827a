import { NetfilterSocket } from './conntrack-socket.js';
import { SyscallError } from './libc.js';
import {
  type AttributeReaders,
  type Draft,
  type Request,
  readAttributes,
  readText,
} from './netlink-ts/wire.js';

/** NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN (linux/netfilter/nf_tables.h). */
const NFT_MSG_GETGEN = 0x0a10;
const NFTA_GEN_ID = 1;
const NFTA_GEN_PROC_PID = 2;
const NFTA_GEN_PROC_NAME = 3;
/** `struct nfgenmsg`, which stands before the attributes. */
const NFGENMSG_BYTES = 4;

/** The last transaction of a namespace. */
export interface Generation {
  /** Counts them, modulo 2^32. */
  readonly id: number;
  /** Whose it was, by its id as the machine's first pid namespace has it. */
  readonly pid?: number;
  /** And by its name, cut to 15 characters. */
  readonly program?: string;
}

/** Tells whether anything in nf_tables has changed, whoever did it: `iptables-nft` is one of its users. */
export interface NftGeneration extends Disposable {
  /** @throws SyscallError */
  read(): Generation;
}

const request: Request = {
  type: NFT_MSG_GETGEN,
  flags: 0,
  body: (out) => void out.u8(0).u8(0).u16(0),
};

const readers: AttributeReaders<Draft<Generation>> = {
  [NFTA_GEN_ID]: (draft, bytes, start) => {
    draft.id = bytes.readUInt32BE(start);
  },
  [NFTA_GEN_PROC_PID]: (draft, bytes, start) => {
    draft.pid = bytes.readUInt32BE(start);
  },
  [NFTA_GEN_PROC_NAME]: (draft, bytes, start, end) => {
    draft.program = readText(bytes, start, end);
  },
};

/** Opens it in the calling thread's network namespace. @throws SyscallError */
export function openNftGeneration(): NftGeneration {
  const socket = new NetfilterSocket();
  return {
    read() {
      const generation: Draft<Generation> = { id: 0 };
      const [errno = 0] = socket.request([request], ({ bytes, start, end }) => {
        readAttributes(generation, { bytes, start: start + NFGENMSG_BYTES, end }, readers);
      });
      if (errno !== 0) throw new SyscallError('nftables', errno, 'generation');
      return generation;
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}
