import { NetfilterSocket } from './conntrack-socket.js';
import { SyscallError } from './libc.js';
import { type AttributeReaders, type Request, readAttributes } from './netlink-ts/wire.js';

/** NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN (linux/netfilter/nf_tables.h). */
const NFT_MSG_GETGEN = 0x0a10;
const NFTA_GEN_ID = 1;
/** `struct nfgenmsg`, which stands before the attributes. */
const NFGENMSG_BYTES = 4;

/** Tells whether anything in nf_tables has changed, whoever did it: `iptables-nft` is one of its users. */
export interface NftGeneration extends Disposable {
  /** Counts the transactions of the namespace, modulo 2^32. @throws SyscallError */
  read(): number;
}

const request: Request = {
  type: NFT_MSG_GETGEN,
  flags: 0,
  body: (out) => void out.u8(0).u8(0).u16(0),
};

const readers: AttributeReaders<{ id: number }> = {
  [NFTA_GEN_ID]: (draft, bytes, start) => {
    draft.id = bytes.readUInt32BE(start);
  },
};

/** Opens it in the calling thread's network namespace. @throws SyscallError */
export function openNftGeneration(): NftGeneration {
  const socket = new NetfilterSocket();
  return {
    read() {
      const generation = { id: 0 };
      const [errno = 0] = socket.request([request], ({ bytes, start, end }) => {
        readAttributes(generation, { bytes, start: start + NFGENMSG_BYTES, end }, readers);
      });
      if (errno !== 0) throw new SyscallError('nftables', errno, 'generation');
      return generation.id;
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}
