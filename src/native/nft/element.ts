import { ip, ipBytes } from '../../base/ip.js';
import { NLA_F_NESTED, type Request } from '../netlink-ts/wire.js';
import { openNfnetlink } from '../nfnetlink.js';
import { nfproto } from './nfproto.js';

/*
 * nf_tables over netlink, as far as asking for one element goes (linux/netfilter/nf_tables.h): messages of type
 * NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_..., a `struct nfgenmsg`, then attributes. libnftables could ask as well,
 * but reads the whole rule set first, and a refused transaction waits for RCU.
 */
const NFT_MSG_GETSETELEM = 0x0a0d;
const NFTA_SET_ELEM_LIST_TABLE = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_DATA_VALUE = 1;
const ENOENT = 2;

/** Looks single elements up. A socket of its own, in the namespace that it was opened in. */
export interface NftElements extends Disposable {
  /** Whether the set has the address. A set or table that isn't there has nothing. @throws NetlinkError */
  has(set: { readonly table: string; readonly name: string }, address: string): boolean;
}

/** Opens the look-up in the calling thread's network namespace. @throws NetlinkError */
export function openNftElements(): NftElements {
  const socket = openNfnetlink();
  return {
    has: (set, address) =>
      socket.ask(
        `look up ${address} in ${set.name}`,
        elementRequest(set, address),
        () => {},
        ENOENT,
      ),
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}

function elementRequest(
  set: { readonly table: string; readonly name: string },
  address: string,
): Request {
  const parsed = ip(address);
  return {
    type: NFT_MSG_GETSETELEM,
    flags: 0,
    body(out) {
      out
        .u8(nfproto[parsed.family === 4 ? 'ip' : 'ip6'])
        .u8(0)
        .u16(0);
      out.attributeName(NFTA_SET_ELEM_LIST_TABLE, set.table);
      out.attributeName(NFTA_SET_ELEM_LIST_SET, set.name);
      const value = (to: typeof out) => void to.attributeBytes(NFTA_DATA_VALUE, ipBytes(parsed));
      const key = (to: typeof out) => void to.nested(NFTA_SET_ELEM_KEY | NLA_F_NESTED, value);
      const element = (to: typeof out) => void to.nested(NFTA_LIST_ELEM | NLA_F_NESTED, key);
      out.nested(NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED, element);
    },
  };
}
