import { type Cidr, contains, formatCidr } from '../../base/cidr.js';
import { InvalidParameter, System } from '../../base/errors.js';
import { type Family, formatIp, type Ip } from '../../base/ip.js';
import type { AddressAllocator, SubnetStatus } from './allocator.js';

/** A subnet that a network has, with what was settled about it when the network was made. */
export interface AssignedSubnet {
  readonly subnet: Cidr;
  readonly range?: Cidr;
  /** Absent when the driver wanted none and the user gave none. */
  readonly gateway?: Ip;
  readonly auxiliary: ReadonlyMap<string, Ip>;
}

/** An address of one endpoint. */
export interface Lease {
  readonly address: Ip;
  /** The subnet it comes from; its prefix length belongs to the interface address. */
  readonly subnet: Cidr;
  readonly gateway?: Ip;
}

/** What an endpoint asks for. */
export interface LeaseRequest {
  readonly family: Family;
  /** This very address, also outside the range; the lowest free one when absent. */
  readonly address?: Ip;
}

/** The addresses of one network. */
export class AddressSpace {
  /** In the order of the request; each family may have several (macvlan, ipvlan). */
  readonly subnets: readonly AssignedSubnet[];
  readonly #network: { readonly id: string; readonly name: string };
  readonly #allocators: readonly AddressAllocator[];

  /** Used by `Ipam`; `allocators` stand in the order of `subnets`. */
  constructor(parts: {
    network: { readonly id: string; readonly name: string };
    subnets: readonly AssignedSubnet[];
    allocators: readonly AddressAllocator[];
  }) {
    this.#network = parts.network;
    this.subnets = parts.subnets;
    this.#allocators = parts.allocators;
  }

  /**
   * Leases an address.
   * @throws InvalidParameter when the wanted address lies in no subnet of the network
   * @throws Forbidden when it is in use
   * @throws System when no address is left
   */
  allocate(request: LeaseRequest): Lease {
    const { address } = request;
    return address ? this.#take(address) : this.#takeAny(request.family);
  }

  /** Gives a lease back, or ends a quarantine. An address that is not leased is none of its business. */
  release(address: Ip): void {
    this.#allocatorOf(address)?.release(address);
  }

  /**
   * Gives a lease back, but keeps the address from being handed out by chance until {@link release}:
   * for the time in which neighbours and connection tracking still remember its last holder.
   */
  quarantine(address: Ip): void {
    this.#allocatorOf(address)?.quarantine(address);
  }

  /** Whether the address is leased in this network. */
  isLeased(address: Ip): boolean {
    return this.#allocatorOf(address)?.isLeased(address) ?? false;
  }

  /**
   * The subnet that the address lies in.
   * @throws InvalidParameter in the words that Docker uses for an endpoint with a foreign address
   */
  subnetOf(address: Ip): AssignedSubnet {
    const subnet = this.subnets.find((candidate) => contains(candidate.subnet, address));
    if (!subnet) {
      throw new InvalidParameter(`no configured subnet contains IP address ${formatIp(address)}`);
    }
    return subnet;
  }

  /** How full each subnet is, by its CIDR. */
  status(): Map<string, SubnetStatus> {
    return new Map(
      this.#allocators.map((allocator) => [formatCidr(allocator.subnet), allocator.status()]),
    );
  }

  #take(address: Ip): Lease {
    const at = this.subnets.findIndex(({ subnet }) => contains(subnet, address));
    const allocator = this.#allocators[at];
    if (!allocator) {
      throw new InvalidParameter(
        `invalid address ${formatIp(address)}: It does not belong to any of this network's subnets`,
      );
    }
    allocator.take(address);
    return this.#lease(at, address);
  }

  #takeAny(family: Family): Lease {
    for (const [at, allocator] of this.#allocators.entries()) {
      const address = allocator.subnet.family === family ? allocator.takeLowest() : undefined;
      if (address) return this.#lease(at, address);
    }
    const { name, id } = this.#network;
    throw new System(
      `no available IPv${family} addresses on this network's address pools: ${name} (${id})`,
    );
  }

  #lease(at: number, address: Ip): Lease {
    const assigned = this.subnets[at];
    if (!assigned) throw new System(`subnet ${at} of network ${this.#network.name} is missing`);
    const { subnet, gateway } = assigned;
    return { address, subnet, ...(gateway && { gateway }) };
  }

  #allocatorOf(address: Ip): AddressAllocator | undefined {
    return this.#allocators.find(({ subnet }) => contains(subnet, address));
  }
}
