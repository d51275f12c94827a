import { type Cidr, contains, overlaps } from '../../base/cidr.js';
import { Conflict, Forbidden, InvalidParameter, messageOf, System } from '../../base/errors.js';
import { type Family, formatIp, type Ip } from '../../base/ip.js';
import { AddressSpace, type AssignedSubnet } from './address-space.js';
import { AddressAllocator } from './allocator.js';
import type { SubnetSpec } from './config.js';
import type { AddressPool } from './pools.js';
import { SubnetIndex } from './subnet-index.js';
import { SubnetPools } from './subnet-pools.js';

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
  /** See {@link AddressAllocator}. */
  readonly serial?: boolean;
  /** See {@link AddressSpace}. */
  readonly namesGateway?: boolean;
}

/** A block that subnets from the pools stay away from. */
export interface Avoided extends Cidr {
  /** Taken all the same when nothing else is left in the pools. Default false. */
  readonly ifPossible?: boolean;
}

interface Entry {
  readonly space: AddressSpace;
  readonly allocators: readonly AddressAllocator[];
  readonly shared: boolean;
}

/**
 * Docker's built-in IPAM. It remembers nothing over a restart: the owner asks again for each network
 * with the subnets and gateways that it had, then leases each endpoint's address by name.
 */
export class Ipam {
  readonly #pools: SubnetPools;
  readonly #avoid: (family: Family) => readonly Avoided[];
  readonly #entries = new Map<string, Entry>();
  /** Subnets of networks that share with nobody, by family. */
  readonly #own = { 4: new SubnetIndex(), 6: new SubnetIndex() };
  /** Networks on a wire that others may be on too. */
  readonly #shared = new Map<string, Entry>();

  /**
   * @param parts.pools where subnets come from, both families, in order of preference
   * @param parts.avoid what a subnet from the pools must not overlap: the host's routes and its name servers.
   *   Asked anew for each choice; subnets that a user named are not checked against it
   */
  constructor(parts: {
    pools: readonly AddressPool[];
    avoid: (family: Family) => readonly Avoided[];
  }) {
    this.#pools = new SubnetPools(parts.pools);
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
    try {
      for (const spec of specs) {
        const subnet = this.#choose(spec, allocators, options);
        const allocator = this.#allocator(network.id, subnet, spec.range, options);
        // Seen by the next choice. Shared ones are not told apart by the index.
        if (!shared) this.#own[subnet.family].add(subnet);
        allocators.push(allocator);
        subnets.push(settle(allocator, spec, options.chooseGateway));
      }
    } catch (error) {
      this.#giveBack(allocators, shared);
      throw error;
    }
    const namesGateway = options.namesGateway ?? false;
    const space = new AddressSpace({ network, subnets, allocators, namesGateway });
    const entry = { space, allocators, shared };
    this.#entries.set(network.id, entry);
    if (shared) this.#shared.set(network.id, entry);
    return space;
  }

  /** The address space of a network. Undefined if it has none. */
  space(networkId: string): AddressSpace | undefined {
    return this.#entries.get(networkId)?.space;
  }

  /** Gives a network's subnets back. Nothing happens if it has none. */
  releaseSubnets(networkId: string): void {
    const entry = this.#entries.get(networkId);
    if (!entry) return;
    this.#entries.delete(networkId);
    this.#shared.delete(networkId);
    this.#giveBack(entry.allocators, entry.shared);
  }

  #giveBack(allocators: readonly AddressAllocator[], shared: boolean): void {
    for (const { subnet } of allocators) {
      if (!shared) this.#own[subnet.family].remove(subnet);
      this.#pools.giveBack(subnet);
    }
  }

  #choose(spec: SubnetSpec, mine: readonly AddressAllocator[], options: SpaceOptions): Cidr {
    const { subnet, family, prefix } = spec;
    const sharing = options.shared ?? false;
    if (subnet) {
      const isTaken = this.#taken(subnet, mine, sharing) !== undefined;
      if (isTaken) {
        throw new Forbidden(
          'invalid pool request: Pool overlaps with other one on this address space',
        );
      }
      return subnet;
    }
    const all = this.#avoid(family);
    const strict = all.filter(({ ifPossible }) => !ifPossible);
    const network = (block: Cidr) => this.#taken(block, mine, false);
    const around = (avoided: readonly Cidr[]) => ({
      network,
      passing: (block: Cidr) => avoided.find((other) => overlaps(other, block)),
    });
    const preferred = options.preferred?.find((block) => block.family === family);
    if (preferred && !network(preferred) && !around(strict).passing(preferred)) return preferred;
    const request = { family, ...(prefix !== undefined && { prefix }) };
    if (strict.length === all.length) return this.#pools.take(request, around(all));
    try {
      return this.#pools.take(request, around(all));
    } catch (error) {
      if (!(error instanceof InvalidParameter)) throw error;
      return this.#pools.take(request, around(strict));
    }
  }

  /** What of the networks stands in the way of a subnet; for one that shares, only what it may not overlap. */
  #taken(block: Cidr, mine: readonly AddressAllocator[], sharing: boolean): Cidr | undefined {
    const own = this.#own[block.family].overlapping(block);
    if (own) return own;
    const others = sharing ? [] : [...this.#shared.values()].flatMap((entry) => entry.allocators);
    return [...mine, ...others].find(({ subnet }) => overlaps(subnet, block))?.subnet;
  }

  #allocator(
    networkId: string,
    subnet: Cidr,
    range: Cidr | undefined,
    { shared, serial }: SpaceOptions,
  ): AddressAllocator {
    if (!shared) return new AddressAllocator({ subnet, range, serial });
    const elsewhere = (ip: Ip) => this.#leasedElsewhere(networkId, subnet, ip);
    return new AddressAllocator({ subnet, range, elsewhere, serial });
  }

  #leasedElsewhere(networkId: string, subnet: Cidr, ip: Ip): boolean {
    for (const [id, { allocators }] of this.#shared) {
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
  if (spec.gateway) reserve(allocator, spec.gateway, `gateway (${formatIp(spec.gateway)})`);
  for (const [name, ip] of spec.auxiliary) {
    // An auxiliary address may name the gateway: it is reserved already.
    if (ip.value === spec.gateway?.value) continue;
    reserve(allocator, ip, `secondary ip address (${name}:${formatIp(ip)})`);
  }
  const gateway = spec.gateway ?? (chooseGateway ? firstAsGateway(allocator) : undefined);
  return {
    subnet: allocator.subnet,
    auxiliary: spec.auxiliary,
    ...(spec.range && { range: spec.range }),
    ...(gateway && { gateway }),
  };
}

/** @throws Forbidden in Docker's words */
function reserve(allocator: AddressAllocator, ip: Ip, what: string): void {
  if (!contains(allocator.subnet, ip)) throw new System('reserved address outside its subnet');
  try {
    allocator.reserve(ip);
  } catch (error) {
    throw new Forbidden(`failed to allocate ${what}: ${messageOf(error)}`);
  }
}

function firstAsGateway(allocator: AddressAllocator): Ip | undefined {
  const gateway = allocator.takeAny();
  if (!gateway) return undefined;
  // A lease could be given back by an endpoint; a reservation can't.
  allocator.release(gateway);
  allocator.reserve(gateway);
  return gateway;
}
