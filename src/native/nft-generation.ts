import { type AttributeReaders, type Request, readAttributes } from './netlink-ts/wire.js';
import { attributesOf, openNfnetlink } from './nfnetlink.js';

/** NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN (linux/netfilter/nf_tables.h). */
const NFT_MSG_GETGEN = 0x0a10;
const NFTA_GEN_ID = 1;

/** Tells whether anything in nf_tables has changed, whoever did it: `iptables-nft` is one of its users. */
export interface NftGeneration extends Disposable {
  /** Counts the transactions of the namespace, modulo 2^32. @throws NetlinkError */
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

/** Opens it in the calling thread's network namespace. @throws NetlinkError */
export function openNftGeneration(): NftGeneration {
  const socket = openNfnetlink();
  return {
    read() {
      const generation = { id: 0 };
      socket.ask('generation of nftables', request, (message) => {
        readAttributes(generation, attributesOf(message), readers);
      });
      return generation.id;
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}
