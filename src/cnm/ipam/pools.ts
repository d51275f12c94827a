import { type Cidr, cidr, cidrOf, encloses, lastOf, overlaps, parseCidr } from '../../base/cidr.js';
import { Forbidden, InvalidParameter } from '../../base/errors.js';
import { bitsOf, type Family, type Ip } from '../../base/ip.js';

/** A block that is cut into subnets of one size for networks that name no subnet of their own. */
export interface AddressPool {
  readonly base: Cidr;
  /** Prefix length of each subnet cut from `base`. */
  readonly size: number;
}

/** What a network asks of the pools. */
export interface PoolRequest {
  readonly family: Family;
  /** Prefix length of the subnet; the pool's own when absent. */
  readonly prefix?: number;
  /** Taken if it is free, e.g. the subnet that the default bridge had before a restart. */
  readonly preferred?: Cidr;
}

/** Docker's built-in pools for local networks: 31 subnets. */
export function dockerLocalPools(): AddressPool[] {
  return [
    { base: cidr('172.17.0.0/16'), size: 16 },
    { base: cidr('172.18.0.0/16'), size: 16 },
    { base: cidr('172.19.0.0/16'), size: 16 },
    { base: cidr('172.20.0.0/14'), size: 16 },
    { base: cidr('172.24.0.0/14'), size: 16 },
    { base: cidr('172.28.0.0/14'), size: 16 },
    { base: cidr('192.168.0.0/16'), size: 20 },
  ];
}

/**
 * The unique local IPv6 pool of this host (RFC 4193): `fd`, the 40-bit global id, then 16 bits for a
 * /64 each. The global id is drawn once per host and kept, so that subnets stay recognisable.
 */
export function ulaPool(globalId: bigint): AddressPool {
  const id = globalId & ((1n << 40n) - 1n);
  const value = (0xfdn << 120n) | (id << 80n);
  return { base: cidrOf({ family: 6, value }, 48), size: 64 };
}

/**
 * Reads `base=10.0.0.0/8,size=24`, the value of `--default-address-pool`.
 * @throws InvalidParameter naming what is wrong
 */
export function parseAddressPool(text: string): AddressPool {
  const fields = new Map(text.split(',').map((field) => splitField(field, text)));
  for (const key of fields.keys()) {
    if (key !== 'base' && key !== 'size') {
      throw new InvalidParameter(`unexpected key '${key}' in '${text}': known are base, size`);
    }
  }
  return addressPool(fields.get('base') ?? '', fields.get('size') ?? '');
}

/**
 * A pool from its two parts, as in `default-address-pools` of the configuration file.
 * @throws InvalidParameter
 */
export function addressPool(base: string, size: string | number): AddressPool {
  const block = parseCidr(base);
  if (!block) throw new InvalidParameter(`invalid base pool "${base}": expected a CIDR`);
  const length = /^\d+$/.test(String(size)) ? Number(size) : Number.NaN;
  if (!(length >= block.prefix && length <= bitsOf(block.family))) {
    throw new InvalidParameter(
      `invalid pool size "${size}" for ${base}: expected ${block.prefix} to ${bitsOf(block.family)}`,
    );
  }
  return { base: block, size: length };
}

/**
 * The first subnet of the pools that shares no address with anything in `taken`.
 * @throws InvalidParameter when the pools have none left
 */
export function firstFreeSubnet(
  pools: readonly AddressPool[],
  request: PoolRequest,
  taken: readonly Cidr[],
): Cidr {
  const { preferred } = request;
  if (preferred && !taken.some((block) => overlaps(block, preferred))) return preferred;
  const sorted = taken
    .filter((block) => block.family === request.family)
    .toSorted((a, b) => Number(a.address > b.address) - Number(a.address < b.address));
  for (const { base, size } of pools) {
    const prefix = request.prefix ?? size;
    if (base.family !== request.family || prefix < base.prefix) continue;
    const found = firstGap(base, prefix, sorted);
    if (found) return found;
  }
  throw new InvalidParameter('all predefined address pools have been fully subnetted');
}

/** @throws Forbidden when `wanted` shares an address with a subnet in `taken` */
export function refuseOverlap(wanted: Cidr, taken: readonly Cidr[]): void {
  if (taken.some((block) => overlaps(block, wanted))) {
    throw new Forbidden('invalid pool request: Pool overlaps with other one on this address space');
  }
}

/** One sweep over `sorted`: the cursor jumps behind whatever it would hit, so many networks cost little. */
function firstGap(base: Cidr, prefix: number, sorted: readonly Cidr[]): Cidr | undefined {
  let candidate = cidrOf(addressOf(base), prefix);
  for (const block of sorted) {
    if (lastOf(block).value < candidate.address) continue;
    if (block.address > lastOf(candidate).value) break;
    const behind = lastOf(block).value + 1n;
    const hostBits = BigInt(bitsOf(base.family) - prefix);
    const aligned = ((behind + (1n << hostBits) - 1n) >> hostBits) << hostBits;
    candidate = { family: base.family, address: aligned, prefix };
  }
  return encloses(base, candidate) ? candidate : undefined;
}

function addressOf(block: Cidr): Ip {
  return { family: block.family, value: block.address };
}

function splitField(field: string, text: string): [string, string] {
  const at = field.indexOf('=');
  if (at < 0)
    throw new InvalidParameter(`invalid field '${field}' in '${text}': expected key=value`);
  return [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1).trim()];
}
