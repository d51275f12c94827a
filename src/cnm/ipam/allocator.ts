import { type Cidr, contains, firstOf, lastOf } from '../../base/cidr.js';
import { Forbidden } from '../../base/errors.js';
import { bitsOf, type Ip } from '../../base/ip.js';
import { ByteTable } from './bytetable.js';
import { MinHeap } from './heap.js';

/** How full a subnet is; the numbers of Docker's `Status.IPAM.Subnets` (API 1.52). */
export interface SubnetStatus {
  /** Leased, reserved, quarantined and claimed addresses, network and broadcast address among them. */
  readonly ipsInUse: bigint;
  /** Addresses of the range that a lease without a wish could still get. */
  readonly dynamicIpsAvailable: bigint;
}

const states = { free: 0, leased: 1, reserved: 2, quarantined: 3, claimed: 4 } as const;
type State = keyof typeof states;

/**
 * Who has which address of one subnet. Only addresses in use take memory, so an IPv6 /64 costs no
 * more than a /24, and the lowest free address is found in logarithmic time however full the subnet is:
 * everything from `#next` on has never been handed out, everything that came back waits in a heap.
 */
export class AddressAllocator {
  readonly subnet: Cidr;
  readonly #first: bigint;
  readonly #last: bigint;
  readonly #elsewhere: (ip: Ip) => boolean;
  readonly #serial: boolean;
  readonly #states = new ByteTable();
  readonly #returned = new MinHeap();
  #next: bigint;
  /** What a serial allocator looks at first. */
  #turn: bigint;
  #busyInRange = 0n;

  /**
   * @param options.range where dynamic leases come from; the whole subnet when absent
   * @param options.elsewhere whether an overlapping subnet of another network has leased the address;
   *   asked only where drivers allow such subnets
   * @param options.serial go on behind the last address handed out, and begin again at the end of the range
   *   (Docker's IPAM option `com.docker.network.ipam.serial`), instead of taking the lowest
   */
  constructor(options: {
    subnet: Cidr;
    range?: Cidr | undefined;
    elsewhere?: (ip: Ip) => boolean;
    serial?: boolean | undefined;
  }) {
    const range = options.range ?? options.subnet;
    this.subnet = options.subnet;
    this.#first = firstOf(range).value;
    this.#last = lastOf(range).value;
    this.#next = this.#first;
    this.#turn = this.#first;
    this.#serial = options.serial ?? false;
    this.#elsewhere = options.elsewhere ?? (() => false);
    for (const value of unusable(options.subnet)) this.#set(value, 'reserved');
  }

  /**
   * Takes this very address, in the range or outside it; a quarantined one may be asked for.
   * @param isOwn whether it may be a claimed one, because whoever asks has claimed it
   * @throws Forbidden when it is in use
   */
  take(ip: Ip, isOwn = false): void {
    const state = this.#states.get(ip.value);
    const inUse = state === states.leased || state === states.reserved;
    if (inUse || (state === states.claimed && !isOwn) || this.#elsewhere(ip)) {
      throw new Forbidden('Address already in use');
    }
    this.#set(ip.value, 'leased');
  }

  /** Takes the next free address of the range: the lowest, if not serial. Undefined when there is none. */
  takeAny(): Ip | undefined {
    return this.#serial ? this.#takeInTurn() : this.#takeLowest();
  }

  #takeInTurn(): Ip | undefined {
    const value =
      this.#firstFree(this.#turn, this.#last) ?? this.#firstFree(this.#first, this.#turn - 1n);
    if (value === undefined) return undefined;
    this.#turn = value + 1n;
    this.#set(value, 'leased');
    return this.#ip(value);
  }

  #firstFree(first: bigint, last: bigint): bigint | undefined {
    for (let value = first; value <= last; value++) {
      const isFree = this.#states.get(value) === states.free;
      if (isFree && !this.#elsewhere(this.#ip(value))) return value;
    }
    return undefined;
  }

  #takeLowest(): Ip | undefined {
    const skipped: bigint[] = [];
    const value = this.#findFree(skipped);
    // They may be free again next time: only another network has them.
    for (const other of skipped) this.#returned.push(other);
    if (value === undefined) return undefined;
    this.#set(value, 'leased');
    return this.#ip(value);
  }

  /**
   * Keeps an address from being leased for the life of the subnet: a gateway, an auxiliary address.
   * @throws Forbidden when it is in use
   */
  reserve(ip: Ip): void {
    if (this.#states.get(ip.value) !== states.free) throw new Forbidden('Address already in use');
    this.#set(ip.value, 'reserved');
  }

  /** Ends a lease, a quarantine or a claim. Nothing happens to an address that has neither. */
  release(ip: Ip): void {
    const state = this.#states.get(ip.value);
    if (state === states.free || state === states.reserved) return;
    this.#states.set(ip.value, states.free);
    if (!this.#inRange(ip.value)) return;
    this.#busyInRange--;
    if (ip.value < this.#next) this.#returned.push(ip.value);
  }

  /** Keeps a free address for whoever has claimed it; {@link release} ends that too. */
  claim(ip: Ip): void {
    if (this.#states.get(ip.value) === states.free) this.#set(ip.value, 'claimed');
  }

  /** Whether the address is kept by a claim, and by nothing else. */
  isClaimed(ip: Ip): boolean {
    return this.#states.get(ip.value) === states.claimed;
  }

  /** Ends a lease, but hands the address to nobody who doesn't ask for it by name until {@link release}. */
  quarantine(ip: Ip): void {
    if (this.#states.get(ip.value) === states.leased) this.#set(ip.value, 'quarantined');
  }

  /** Whether the address is leased. */
  isLeased(ip: Ip): boolean {
    return contains(this.subnet, ip) && this.#states.get(ip.value) === states.leased;
  }

  /** How full it is. */
  status(): SubnetStatus {
    return {
      ipsInUse: BigInt(this.#states.size),
      dynamicIpsAvailable: this.#last - this.#first + 1n - this.#busyInRange,
    };
  }

  #findFree(skipped: bigint[]): bigint | undefined {
    for (let value = this.#candidate(); value !== undefined; value = this.#candidate()) {
      if (this.#states.get(value) !== states.free) continue;
      if (!this.#elsewhere(this.#ip(value))) return value;
      skipped.push(value);
    }
    return undefined;
  }

  #candidate(): bigint | undefined {
    return this.#returned.pop() ?? (this.#next <= this.#last ? this.#next++ : undefined);
  }

  #set(value: bigint, state: State): void {
    if (this.#states.get(value) === states.free && this.#inRange(value)) this.#busyInRange++;
    this.#states.set(value, states[state]);
  }

  #inRange(value: bigint): boolean {
    return value >= this.#first && value <= this.#last;
  }

  #ip(value: bigint): Ip {
    return { family: this.subnet.family, value };
  }
}

/**
 * The addresses of a subnet that no host may have: network and broadcast address (IPv4), the
 * subnet-router anycast address (IPv6). Point-to-point subnets have none (RFC 3021, RFC 6164).
 */
function unusable(subnet: Cidr): bigint[] {
  if (subnet.prefix >= bitsOf(subnet.family) - 1) return [];
  const first = firstOf(subnet).value;
  return subnet.family === 4 ? [first, lastOf(subnet).value] : [first];
}
