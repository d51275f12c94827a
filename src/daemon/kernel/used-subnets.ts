import { type Cidr, cidrOf, parseCidr } from '../../base/cidr.js';
import { bitsOf, type Family, parseIp } from '../../base/ip.js';
import { parseResolvConf } from '../../cnm/dns/resolvconf.js';
import type { Avoided } from '../../cnm/ipam/ipam.js';
import type { Links } from '../../cnm/kernel.js';

/**
 * RT_TABLE_MAIN (linux/rtnetlink.h). Others repeat it for the kernel's own use (`local`, three routes a network) or
 * are rules' business.
 */
const MAIN_TABLE = 254;

/** Routes of fewer bits lead a VPN's traffic around the default route (`0.0.0.0/1`), and name no network. */
const leastPrefix = 8;

/**
 * What a new network must not overlap: the host's on-link routes and its name servers; and what it had better
 * not, because the host reaches something there by way of a gateway.
 */
export class UsedSubnets {
  readonly #links: Pick<Links, 'routes'>;
  readonly #resolvConf: () => string;
  /** By destination, with `>` before those by way of a gateway: most are our own networks', again and again. */
  readonly #known = new Map<string, Avoided | undefined>();

  constructor(parts: { links: Pick<Links, 'routes'>; resolvConf: () => string }) {
    this.#links = parts.links;
    this.#resolvConf = parts.resolvConf;
  }

  /** All of one family, as it is now. */
  read(family: Family): Avoided[] {
    const routes = this.#links.routes(family, MAIN_TABLE);
    // Keeps what is known from growing over the daemon's life.
    if (this.#known.size > 1000 + 4 * routes.length) this.#known.clear();
    const used = this.#servers(family);
    for (const { destination, gateway } of routes) {
      const block = this.#blockOf(destination, gateway !== undefined);
      if (block) used.push(block);
    }
    return used;
  }

  #blockOf(destination: string, byGateway: boolean): Avoided | undefined {
    const key = byGateway ? `>${destination}` : destination;
    const known = this.#known.get(key);
    if (known || this.#known.has(key)) return known;
    const block = destination === 'default' ? undefined : parseCidr(destination);
    const found = block && avoided(block, byGateway);
    this.#known.set(key, found);
    return found;
  }

  #servers(family: Family): Avoided[] {
    return parseResolvConf(this.#resolvConf()).nameservers.flatMap((text) => {
      const server = parseIp(text);
      return server?.family === family ? [cidrOf(server, bitsOf(family))] : [];
    });
  }
}

function avoided(block: Cidr, byGateway: boolean): Avoided {
  return byGateway || block.prefix < leastPrefix ? { ...block, ifPossible: true } : block;
}
