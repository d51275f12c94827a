import type { NftFragment } from '../../../native/nft/model.js';
import type { LinkPolicy } from '../model.js';
import { firewallFamily, TABLE } from './family.js';

/** Lets the client open connections to the server's ports; answers are let through as those of any flow. */
export function linkFragments({ owner, client, server, ports }: LinkPolicy): NftFragment[] {
  if (ports.length === 0) return [];
  const elements = ports.map(({ protocol, port }) => ({
    set: 'links',
    key: `${client.address} . ${server.address} . ${protocol} . ${port}`,
  }));
  const family = firewallFamily[server.family].name;
  return [{ owner, family, table: TABLE, elements }];
}
