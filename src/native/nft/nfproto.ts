import type { NftFamily } from './model.js';

/** NFPROTO_... of linux/netfilter.h: families as `struct nfgenmsg` has them. */
export const nfproto: Readonly<Record<NftFamily, number>> = {
  inet: 1,
  ip: 2,
  arp: 3,
  bridge: 7,
  ip6: 10,
};
