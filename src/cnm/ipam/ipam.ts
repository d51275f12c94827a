import { type Cidr, contains, overlaps } from '../../base/cidr.js';
import { Conflict, System } from '../../base/errors.js';
import type { Ip } from '../../base/ip.js';
import { AddressSpace, type AssignedSubnet } from './address-space.js';
import { AddressAllocator } from './allocator.js';
import type { SubnetSpec } from './config.js';
import { type AddressPool, firstFreeSubnet, refuseOverlap } from './pools.js';

/** How a network's subnets are to be made. */
export interface SpaceOptions {
  /** Choose a gateway address where none was given. Drivers whose gateway is elsewhere say no. */
  readonly chooseGateway: boolean;
  /**
   * The subnets may overlap those of other networks that say the same, as macvlan and ipvlan on one
   * wire do. No address is then leased twice among them.
   */
  readonly shared?: boolean;
  /** Subnets to take from the pools if they are still free: what the network had before. */
  readonly preferred?: readonly Cidr[];
}

interface Entry {
  readonly network: { readonly id: string; readonly name: string };
  readonly space: AddressSpace;
  readonly allocators: readonly AddressAllocator[];
  readonly shared: boolean;
}

/**
 * Docker's built-in IPAM. It remembers nothing over a restart: the owner asks again for each network
 * with the subnets and gateways that it had, then leases each endpoint's address by name.
 */
export class Ipam {
  readonly #pools: readonly AddressPool[];
  readonly #avoid: () => readonly Cidr[];
  readonly #entries = new Map<string, Entry>();

  /**
   * @param parts.pools where subnets come from, both families, in order of preference
   * @param parts.avoid what a subnet from the pools must not overlap: the host's on-link routes and its
   *   name servers. Asked anew for each choice; subnets that a user named are not checked against it
   */
  constructor(parts: { pools: readonly AddressPool[]; avoid: () => readonly Cidr[] }) {
    this.#pools = parts.pools;
    this.#avoid = parts.avoid;
  }

  /**
   * Gives a network its subnets, all or none, with gateways and auxiliary addresses reserved.
   * @throws InvalidParameter when the pools are used up
   * @throws Forbidden when a wanted subnet overlaps another network's, or two reserved addresses are one
   * @throws Conflict when the network has an address space
   */
  requestSubnets(
    network: { readonly id: string; readonly name: string },
    specs: readonly SubnetSpec[],
    options: SpaceOptions,
  ): AddressSpace {
    if (this.#entries.has(network.id)) {
      throw new Conflict(`network ${network.name} (${network.id}) has its subnets already`);
    }
    const shared = options.shared ?? false;
    const subnets: AssignedSubnet[] = [];
    const allocators: AddressAllocator[] = [];
    for (const spec of specs) {
      const mine = subnets.map(({ subnet }) => subnet);
      const subnet = this.#choose(spec, mine, options);
      const allocator = this.#allocator(network.id, subnet, spec.range, shared);
      subnets.push(settle(allocator, spec, options.chooseGateway));
      allocators.push(allocator);
    }
    const space = new AddressSpace({ network, subnets, allocators });
    this.#entries.set(network.id, { network, space, allocators, shared });
    return space;
  }

  /** The address space of a network. Undefined if it has none. */
  space(networkId: string): AddressSpace | undefined {
    return this.#entries.get(networkId)?.space;
  }

  /** Gives a network's subnets back. Nothing happens if it has none. */
  releaseSubnets(networkId: string): void {
    this.#entries.delete(networkId);
  }

  #choose(spec: SubnetSpec, mine: readonly Cidr[], options: SpaceOptions): Cidr {
    const { subnet, family, prefix } = spec;
    if (subnet) {
      refuseOverlap(subnet, [...mine, ...this.#inUse(options.shared ?? false)]);
      return subnet;
    }
    const preferred = options.preferred?.find((block) => block.family === family);
    return firstFreeSubnet(
      this.#pools,
      { family, ...(prefix !== undefined && { prefix }), ...(preferred && { preferred }) },
      [...mine, ...this.#inUse(false), ...this.#avoid()],
    );
  }

  /** Subnets of the other networks; for a shared one, those that it may not overlap. */
  #inUse(shared: boolean): Cidr[] {
    return [...this.#entries.values()]
      .filter((entry) => !(shared && entry.shared))
      .flatMap((entry) => entry.allocators.map(({ subnet }) => subnet));
  }

  #allocator(
    networkId: string,
    subnet: Cidr,
    range: Cidr | undefined,
    shared: boolean,
  ): AddressAllocator {
    if (!shared) return new AddressAllocator({ subnet, range });
    const elsewhere = (ip: Ip) => this.#leasedElsewhere(networkId, subnet, ip);
    return new AddressAllocator({ subnet, range, elsewhere });
  }

  #leasedElsewhere(networkId: string, subnet: Cidr, ip: Ip): boolean {
    for (const [id, { allocators }] of this.#entries) {
      if (id === networkId) continue;
      if (allocators.some((other) => overlaps(other.subnet, subnet) && other.isLeased(ip))) {
        return true;
      }
    }
    return false;
  }
}

/** Reserves what nobody may lease, and chooses the gateway last so that it avoids the rest. */
function settle(
  allocator: AddressAllocator,
  spec: SubnetSpec,
  chooseGateway: boolean,
): AssignedSubnet {
  const { subnet } = allocator;
  const reserved = new Map<bigint, Ip>();
  // Docker lets an auxiliary address name the gateway, so equal ones are reserved once.
  for (const ip of [...spec.auxiliary.values(), ...(spec.gateway ? [spec.gateway] : [])]) {
    reserved.set(ip.value, ip);
  }
  for (const ip of reserved.values()) {
    if (!contains(subnet, ip)) throw new System('reserved address outside its subnet');
    allocator.reserve(ip);
  }
  const gateway = spec.gateway ?? (chooseGateway ? firstAsGateway(allocator) : undefined);
  return {
    subnet,
    auxiliary: spec.auxiliary,
    ...(spec.range && { range: spec.range }),
    ...(gateway && { gateway }),
  };
}

function firstAsGateway(allocator: AddressAllocator): Ip | undefined {
  const gateway = allocator.takeLowest();
  if (!gateway) return undefined;
  // A lease could be given back by an endpoint; a reservation can't.
  allocator.release(gateway);
  allocator.reserve(gateway);
  return gateway;
}
