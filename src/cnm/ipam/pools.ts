import { type Cidr, cidr, cidrOf, encloses, parseCidr } from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { bitsOf } from '../../base/ip.js';

/** A block that is cut into subnets of one size for networks that name no subnet of their own. */
export interface AddressPool {
  readonly base: Cidr;
  /** Prefix length of each subnet cut from `base`. */
  readonly size: number;
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
 * What comes after Docker's pools, so that nobody has to configure any for a thousand networks: 4096 subnets
 * of 254 hosts out of the upper part of 10.0.0.0/8, which home routers, Docker's overlays (from 10.0.0.0),
 * Podman (10.88 to 10.95), Kubernetes (10.96, 10.244) and the first networks of a company mostly leave alone.
 */
export function furtherLocalPools(): AddressPool[] {
  return [{ base: cidr('10.208.0.0/12'), size: 24 }];
}

/**
 * The pools that a host's networks are made from.
 * @param configured `--default-address-pool`: those and no others, lowest address first, as Docker sorts them;
 *   one inside another is left out. None: Docker's, then {@link furtherLocalPools}
 * @param ula the IPv6 pool that counts where no IPv6 pool is configured
 */
export function poolsOf(configured: readonly AddressPool[], ula: AddressPool): AddressPool[] {
  if (configured.length === 0) return [...dockerLocalPools(), ...furtherLocalPools(), ula];
  const sorted = configured.toSorted(
    (a, b) => compare(a.base.address, b.base.address) || a.base.prefix - b.base.prefix,
  );
  const apart = sorted.filter(
    (pool, at) => !sorted.slice(0, at).some(({ base }) => encloses(base, pool.base)),
  );
  return apart.some(({ base }) => base.family === 6) ? apart : [...apart, ula];
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

function splitField(field: string, text: string): [string, string] {
  const at = field.indexOf('=');
  if (at < 0)
    throw new InvalidParameter(`invalid field '${field}' in '${text}': expected key=value`);
  return [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1).trim()];
}

function compare(a: bigint, b: bigint): number {
  return Number(a > b) - Number(a < b);
}
