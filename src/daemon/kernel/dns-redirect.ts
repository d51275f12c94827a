import { ip, ipBytes } from '../../base/ip.js';
import { embeddedDnsAddress } from '../../cnm/dns/model.js';
import {
  be16,
  bytesAre,
  newNatChain,
  newRule,
  newTable,
  protocolIs,
  translate,
} from '../../native/nft/rule-wire.js';
import type { SmallTable } from '../../native/nft/table-batch.js';

const table = 'tsnet-dns';
const chains = { dnat: 'dns-dnat', snat: 'dns-snat' } as const;
const DNS_PORT = 53;
/** IPPROTO_... */
const protocols = { udp: 17, tcp: 6 } as const;
/** Where an IPv4 header has its addresses, and a transport header its ports (RFC 791, 768, 9293). */
const SOURCE_ADDRESS = 12;
const DESTINATION_ADDRESS = 16;
const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;

/**
 * The rules inside a sandbox that lead 127.0.0.11:53 to the ports that the embedded server really listens on,
 * as Docker does it: a container may listen on port 53 of all its addresses itself, a name server say.
 */
export function redirectTable(ports: { readonly udp: number; readonly tcp: number }): SmallTable {
  const server = ipBytes(ip(embeddedDnsAddress));
  const names = ['udp', 'tcp'] as const;
  const comment = `to UDP port ${ports.udp} and TCP port ${ports.tcp}`;
  const requests = [
    newTable(table, comment),
    newNatChain(table, chains.dnat, { at: 'output', priority: -100 }),
    newNatChain(table, chains.snat, { at: 'postrouting', priority: 100 }),
    ...names.map((name) =>
      newRule(table, chains.dnat, [
        ...bytesAre('network', DESTINATION_ADDRESS, server),
        ...protocolIs(protocols[name]),
        ...bytesAre('transport', DESTINATION_PORT, be16(DNS_PORT)),
        ...translate('dnat', { address: server, port: ports[name] }),
      ]),
    ),
    ...names.map((name) =>
      newRule(table, chains.snat, [
        ...bytesAre('network', SOURCE_ADDRESS, server),
        ...protocolIs(protocols[name]),
        ...bytesAre('transport', SOURCE_PORT, be16(ports[name])),
        ...translate('snat', { port: DNS_PORT }),
      ]),
    ),
  ];
  return { name: table, comment, requests };
}
