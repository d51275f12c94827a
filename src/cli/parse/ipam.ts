import { contains, encloses, overlaps, parseCidr } from '../../base/cidr.js';
import { parseIp } from '../../base/ip.js';

/** Docker API: one entry of `IPAM.Config`. */
export interface IpamEntry {
  Subnet: string;
  IPRange?: string;
  Gateway?: string;
  AuxiliaryAddresses?: Record<string, string>;
}

/** The flags of `network create` about addresses. */
export interface IpamFlags {
  readonly subnets: readonly string[];
  readonly ranges: readonly string[];
  readonly gateways: readonly string[];
  readonly auxiliaries: Readonly<Record<string, string>>;
}

/** Puts ranges, gateways and auxiliary addresses to the subnets that contain them. @throws Error in Docker's words */
export function matchSubnets({ subnets, ranges, gateways, auxiliaries }: IpamFlags): IpamEntry[] {
  if (subnets.length < ranges.length || subnets.length < gateways.length) {
    throw new Error('every ip-range or gateway must have a corresponding subnet');
  }
  const entries: IpamEntry[] = [];
  for (const Subnet of subnets) {
    if (entries.some((entry) => overlap(entry.Subnet, Subnet))) {
      throw new Error('multiple overlapping subnet configuration is not supported');
    }
    entries.push({ Subnet });
  }
  for (const range of ranges) {
    const entry = entryWith(entries, range, `range ${range}`);
    if (entry.IPRange !== undefined) {
      throw new Error(
        `cannot configure multiple ranges (${range}, ${entry.IPRange}) on the same subnet (${entry.Subnet})`,
      );
    }
    entry.IPRange = range;
  }
  for (const gateway of gateways) {
    const entry = entryWith(entries, gateway, `gateway ${gateway}`);
    if (entry.Gateway !== undefined) {
      throw new Error(
        `cannot configure multiple gateways (${gateway}, ${entry.Gateway}) for the same subnet (${entry.Subnet})`,
      );
    }
    entry.Gateway = gateway;
  }
  for (const [name, address] of Object.entries(auxiliaries)) {
    const entry = entryWith(entries, address, `aux-address ${address}`);
    entry.AuxiliaryAddresses = { ...entry.AuxiliaryAddresses, [name]: address };
  }
  return entries;
}

function entryWith(entries: readonly IpamEntry[], what: string, name: string): IpamEntry {
  const entry = entries.find(({ Subnet }) => holds(Subnet, what));
  if (!entry) throw new Error(`no matching subnet for ${name}`);
  return entry;
}

/** Whether a subnet has an address or a block in it. What can't be read is in none. */
function holds(subnet: string, what: string): boolean {
  const outer = parseCidr(subnet);
  if (!outer) return false;
  const block = parseCidr(what);
  if (block) return encloses(outer, block);
  const address = parseIp(what);
  return address !== undefined && contains(outer, address);
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a !== undefined && b !== undefined && overlaps(a, b);
}
