import { type Cidr, contains, formatCidr } from '../../base/cidr.js';
import { Forbidden, InvalidParameter, System } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { type Family, formatIp, type Ip } from '../../base/ip.js';
import type { AddressAllocator, SubnetStatus } from './allocator.js';
import { type Holder, Holders } from './holders.js';

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
  /** Where the endpoint's default route leads. */
  readonly gateway?: Ip;
}

/** What an endpoint asks for. */
export interface LeaseRequest {
  readonly family: Family;
  /** This very address, also outside the range; any free one when absent. */
  readonly address?: Ip;
  /** Whose endpoint it is: may take what it has claimed, and is named to others who ask for the address. */
  readonly holder?: Holder;
}

/** The addresses of one network. */
export class AddressSpace {
  /** In the order of the request; each family may have several (macvlan, ipvlan). */
  readonly subnets: readonly AssignedSubnet[];
  readonly #network: { readonly id: string; readonly name: string };
  readonly #allocators: readonly AddressAllocator[];
  readonly #namesGateway: boolean;
  readonly #holders = new Holders();

  /**
   * Used by `Ipam`; `allocators` stand in the order of `subnets`.
   * @param parts.namesGateway whether the auxiliary addresses `DefaultGatewayIPv4` and `DefaultGatewayIPv6` are
   *   endpoints' way out instead of the gateway, as on Docker's bridges
   */
  constructor(parts: {
    network: { readonly id: string; readonly name: string };
    subnets: readonly AssignedSubnet[];
    allocators: readonly AddressAllocator[];
    namesGateway?: boolean;
  }) {
    this.#network = parts.network;
    this.subnets = parts.subnets;
    this.#allocators = parts.allocators;
    this.#namesGateway = parts.namesGateway ?? false;
  }

  /**
   * Leases an address.
   * @throws InvalidParameter when the wanted address lies in no subnet of the network
   * @throws Forbidden when it is in use or kept for another, naming who has it
   * @throws System when no address is left
   */
  allocate(request: LeaseRequest): Lease {
    const { address, holder } = request;
    const lease = address ? this.#take(address, holder) : this.#takeAny(request.family);
    this.#holders.lease(lease.address, holder);
    return lease;
  }

  /** Gives a lease back, or ends a quarantine. An address that is not leased is none of its business. */
  release(address: Ip): void {
    const allocator = this.#allocatorOf(address);
    if (!allocator || allocator.isClaimed(address)) return;
    this.#holders.endLease(address);
    allocator.release(address);
    if (this.#holders.claimant(address)) allocator.claim(address);
  }

  /**
   * Gives a lease back, but keeps the address from being handed out by chance until {@link release}:
   * for the time in which neighbours and connection tracking still remember its last holder.
   */
  quarantine(address: Ip): void {
    this.#holders.endLease(address);
    this.#allocatorOf(address)?.quarantine(address);
  }

  /**
   * Keeps an address for one container, whether it runs or not; where others have claimed it before, after them.
   * Nothing happens with an address of no subnet: that is found out when it is to be leased.
   */
  claim(address: Ip, holder: Holder): void {
    const allocator = this.#allocatorOf(address);
    if (!allocator) return;
    this.#holders.claim(address, holder);
    allocator.claim(address);
  }

  /** Ends a claim; a lease stays. */
  withdraw(address: Ip, holderId: string): void {
    const allocator = this.#allocatorOf(address);
    this.#holders.withdraw(address, holderId);
    if (allocator?.isClaimed(address) && !this.#holders.claimant(address))
      allocator.release(address);
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

  #take(address: Ip, holder: Holder | undefined): Lease {
    const at = this.subnets.findIndex(({ subnet }) => contains(subnet, address));
    const allocator = this.#allocators[at];
    if (!allocator) {
      throw new InvalidParameter(
        `invalid address ${formatIp(address)}: It does not belong to any of this network's subnets`,
      );
    }
    const claimant = this.#holders.claimant(address);
    try {
      allocator.take(address, claimant !== undefined && claimant.id === holder?.id);
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error;
      throw new Forbidden(`${error.message}${this.#heldBy(address, at)}`);
    }
    return this.#lease(at, address);
  }

  /** The end of a refusal: who has the address, if it is known. Clients match on what stands before it. */
  #heldBy(address: Ip, at: number): string {
    const what = `: ${formatIp(address)} is`;
    const { gateway, auxiliary } = this.subnets[at] ?? {};
    if (gateway?.value === address.value) return `${what} the gateway`;
    const [name] = [...(auxiliary ?? [])].find(([, ip]) => ip.value === address.value) ?? [];
    if (name !== undefined) return `${what} the auxiliary address ${name}`;
    const holder = this.#holders.holder(address);
    return holder ? `${what} held by container ${holder.name} (${shortId(holder.id)})` : '';
  }

  #takeAny(family: Family): Lease {
    for (const [at, allocator] of this.#allocators.entries()) {
      const address = allocator.subnet.family === family ? allocator.takeAny() : undefined;
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
    const { subnet, auxiliary } = assigned;
    const named = auxiliary.get(`DefaultGatewayIPv${subnet.family}`);
    const gateway = (this.#namesGateway && named) || assigned.gateway;
    return { address, subnet, ...(gateway && { gateway }) };
  }

  #allocatorOf(address: Ip): AddressAllocator | undefined {
    return this.#allocators.find(({ subnet }) => contains(subnet, address));
  }
}
