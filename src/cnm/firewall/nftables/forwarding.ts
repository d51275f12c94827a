import type { NftFragment } from '../../../native/nft/model.js';
import type { ForwardingPolicy } from '../model.js';
import { firewallFamily, TABLE } from './family.js';

/** Gives what no network of ours has a say about its verdict, the last of the forward hook. */
export function forwardingFragment({ owner, family }: ForwardingPolicy): NftFragment {
  const { name } = firewallFamily[family];
  const elements = [{ set: 'forward-rest', key: name, value: 'drop' }];
  return { owner, family: name, table: TABLE, elements };
}
