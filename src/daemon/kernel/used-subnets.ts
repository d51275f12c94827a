import { type Cidr, cidrOf, parseCidr } from '../../base/cidr.js';
import { bitsOf, type Family, parseIp } from '../../base/ip.js';
import { parseResolvConf } from '../../cnm/dns/resolvconf.js';
import type { Avoided } from '../../cnm/ipam/ipam.js';
import type { Links } from '../../cnm/kernel.js';

/** Routes of fewer bits lead a VPN's traffic around the default route (`0.0.0.0/1`), and name no network. */
const leastPrefix = 8;

/**
 * What a new network must not overlap: the host's on-link routes and its name servers; and what it had better
 * not, because the host reaches something there by way of a gateway.
 */
export class UsedSubnets {
  readonly #links: Pick<Links, 'routes'>;
  readonly #resolvConf: () => string;
  /** Of the last time: most routes are those of our own networks, and the same again. */
  #parsed = new Map<string, Cidr | undefined>();

  constructor(parts: { links: Pick<Links, 'routes'>; resolvConf: () => string }) {
    this.#links = parts.links;
    this.#resolvConf = parts.resolvConf;
  }

  /** All of one family, as it is now. */
  read(family: Family): Avoided[] {
    const parsed = new Map<string, Cidr | undefined>();
    const routes: Avoided[] = [];
    for (const { destination, gateway } of this.#links.routes(family)) {
      if (destination === 'default') continue;
      const block = this.#parsed.has(destination)
        ? this.#parsed.get(destination)
        : parseCidr(destination);
      parsed.set(destination, block);
      if (block) routes.push(avoided(block, gateway !== undefined));
    }
    this.#parsed = parsed;
    return [...routes, ...this.#servers(family)];
  }

  #servers(family: Family): Cidr[] {
    return parseResolvConf(this.#resolvConf()).nameservers.flatMap((text) => {
      const server = parseIp(text);
      return server?.family === family ? [cidrOf(server, bitsOf(family))] : [];
    });
  }
}

function avoided(block: Cidr, byGateway: boolean): Avoided {
  return byGateway || block.prefix < leastPrefix ? { ...block, ifPossible: true } : block;
}
