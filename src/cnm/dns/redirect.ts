import type { NftTable } from '../../native/nft/model.js';
import { embeddedDnsAddress } from './model.js';

/**
 * The rules inside a sandbox that lead 127.0.0.11:53 to the ports that the embedded server really listens on,
 * as Docker does it: a container may listen on port 53 of all its addresses itself, a name server say.
 */
export function redirectTable(ports: { readonly udp: number; readonly tcp: number }): NftTable {
  const protocols = ['udp', 'tcp'] as const;
  const server = embeddedDnsAddress;
  return {
    family: 'ip',
    name: 'tsnet-dns',
    sets: [],
    chains: [
      {
        name: 'dns-dnat',
        hook: { type: 'nat', at: 'output', priority: -100, policy: 'accept' },
        rules: protocols.map((protocol) => ({
          text: `ip daddr ${server} ${protocol} dport 53 dnat to ${server}:${ports[protocol]}`,
        })),
      },
      {
        name: 'dns-snat',
        hook: { type: 'nat', at: 'postrouting', priority: 100, policy: 'accept' },
        rules: protocols.map((protocol) => ({
          text: `ip saddr ${server} ${protocol} sport ${ports[protocol]} snat to :53`,
        })),
      },
    ],
  };
}
