import { type Cidr, cidrOf, parseCidr } from '../../base/cidr.js';
import { bitsOf, parseIp } from '../../base/ip.js';
import { parseResolvConf } from '../../cnm/dns/resolvconf.js';
import type { Links } from '../../cnm/kernel.js';

/** What a new network must not overlap: the host's on-link routes and its name servers. */
export function usedSubnets(links: Pick<Links, 'routes'>, resolvConf: string): Cidr[] {
  const onLink = links
    .routes()
    .filter(({ gateway, destination }) => gateway === undefined && destination !== 'default')
    .flatMap(({ destination }) => parseCidr(destination) ?? []);
  const servers = parseResolvConf(resolvConf).nameservers.flatMap((text) => {
    const server = parseIp(text);
    return server ? [cidrOf(server, bitsOf(server.family))] : [];
  });
  return [...onLink, ...servers];
}
