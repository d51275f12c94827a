import {
  type Cidr,
  cidrOf,
  contains,
  firstOf,
  formatCidr,
  overlaps,
  parseInterfaceAddress,
} from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { type Family, type Ip, parseIp } from '../../base/ip.js';

/** One entry of `IPAM.Config` in Docker's API. Empty text counts as absent. */
export interface IpamConfigEntry {
  readonly Subnet?: string | undefined;
  readonly IPRange?: string | undefined;
  readonly Gateway?: string | undefined;
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>> | undefined;
}

/** A subnet that a network asks for. */
export interface SubnetSpec {
  readonly family: Family;
  /** The very subnet; absent when any one from the pools will do. */
  readonly subnet?: Cidr;
  /** Prefix length wanted of the pools: `0.0.0.0/24` asks for any /24. */
  readonly prefix?: number;
  /** Where leases without a wish come from. */
  readonly range?: Cidr;
  /** Chosen by the allocator when absent. */
  readonly gateway?: Ip;
  /** Addresses that nobody gets, by name. */
  readonly auxiliary: ReadonlyMap<string, Ip>;
}

/**
 * Reads and checks the subnets of a network-create request. Entries of a family that the network does
 * not have are dropped without a word, as Docker does. A family that is enabled but has no entry gets
 * one that takes any subnet.
 * @throws InvalidParameter naming everything that is wrong, in Docker's words
 */
export function parseIpamConfig(
  entries: readonly IpamConfigEntry[],
  enabled: { ipv4: boolean; ipv6: boolean },
): SubnetSpec[] {
  const findings: string[] = [];
  const specs = entries
    .map((entry) => parseEntry(entry, enabled, findings))
    .filter((spec) => spec !== undefined);
  if (findings.length > 0) throw new InvalidParameter(combined(findings));
  const missing = ([4, 6] as const).filter(
    (family) => isEnabled(family, enabled) && !specs.some((spec) => spec.family === family),
  );
  return [...specs, ...missing.map((family) => ({ family, auxiliary: new Map() }))];
}

/** The same check without a result, for settings that are only kept. @throws InvalidParameter as {@link parseIpamConfig} */
export function checkIpamConfig(
  entries: readonly IpamConfigEntry[],
  enabled: { ipv6: boolean },
): void {
  parseIpamConfig(entries, { ipv4: true, ...enabled });
}

function parseEntry(
  entry: IpamConfigEntry,
  enabled: { ipv4: boolean; ipv6: boolean },
  findings: string[],
): SubnetSpec | undefined {
  if (isEmpty(entry)) return enabled.ipv4 ? { family: 4, auxiliary: new Map() } : undefined;
  const parsed = parseInterfaceAddress(entry.Subnet ?? '');
  if (!parsed) {
    findings.push(`invalid subnet ${entry.Subnet ?? ''}: invalid CIDR block notation`);
    return undefined;
  }
  const { family } = parsed.ip;
  if (family === 6 && !enabled.ipv6) return undefined;
  const subnet = cidrOf(parsed.ip, parsed.prefix);
  if (subnet.address !== parsed.ip.value) {
    findings.push(`invalid subnet ${entry.Subnet}: it should be ${formatCidr(subnet)}`);
  }
  const details = parseDetails(entry, subnet, findings);
  if (!isEnabled(family, enabled)) return undefined;
  // The unspecified address stands for any subnet, of this size if one is given.
  if (subnet.address === 0n) {
    return { family, ...(subnet.prefix > 0 && { prefix: subnet.prefix }), auxiliary: new Map() };
  }
  return { family, subnet, ...details };
}

/** Range, gateway and auxiliary addresses, which must lie in the subnet. */
function parseDetails(
  { IPRange, Gateway, AuxiliaryAddresses }: IpamConfigEntry,
  subnet: Cidr,
  findings: string[],
): Pick<SubnetSpec, 'range' | 'gateway' | 'auxiliary'> {
  const range = parseRange(IPRange, subnet, findings);
  const gateway = Gateway
    ? parseMember(Gateway, subnet, `gateway ${Gateway}`, findings)
    : undefined;
  const auxiliary = parseAuxiliary(AuxiliaryAddresses ?? {}, subnet, findings);
  return { ...(range && { range }), ...(gateway && { gateway }), auxiliary };
}

function isEmpty({ Subnet, IPRange, Gateway, AuxiliaryAddresses = {} }: IpamConfigEntry): boolean {
  return !Subnet && !IPRange && !Gateway && Object.keys(AuxiliaryAddresses).length === 0;
}

function parseRange(text: string | undefined, subnet: Cidr, findings: string[]): Cidr | undefined {
  if (!text) return undefined;
  const parsed = parseInterfaceAddress(text);
  const say = (what: string) => void findings.push(`invalid ip-range ${text}: ${what}`);
  if (!parsed) {
    say('invalid CIDR block notation');
    return undefined;
  }
  if (parsed.ip.family !== subnet.family) {
    say(`parent subnet is an IPv${subnet.family} block`);
    return undefined;
  }
  const range = cidrOf(parsed.ip, parsed.prefix);
  if (range.prefix < subnet.prefix) {
    say(`CIDR block is bigger than its parent subnet ${formatCidr(subnet)}`);
  }
  if (firstOf(range).value !== parsed.ip.value) say(`it should be ${formatCidr(range)}`);
  if (!overlaps(subnet, range)) {
    say(`parent subnet ${formatCidr(subnet)} doesn't contain ip-range`);
  }
  return range;
}

function parseAuxiliary(
  entries: Readonly<Record<string, string>>,
  subnet: Cidr,
  findings: string[],
): Map<string, Ip> {
  const auxiliary = new Map<string, Ip>();
  for (const [name, text] of Object.entries(entries)) {
    const address = parseMember(text, subnet, `auxiliary address ${name}`, findings);
    if (address) auxiliary.set(name, address);
  }
  return auxiliary;
}

function parseMember(text: string, subnet: Cidr, what: string, findings: string[]): Ip | undefined {
  const address = parseIp(text);
  const problem = memberProblem(address, subnet);
  if (problem === undefined) return address;
  findings.push(`invalid ${what}: ${problem}`);
  return undefined;
}

function memberProblem(address: Ip | undefined, subnet: Cidr): string | undefined {
  if (!address) return 'invalid address';
  if (address.family !== subnet.family) return `parent subnet is an IPv${subnet.family} block`;
  if (contains(subnet, address)) return undefined;
  return `parent subnet ${formatCidr(subnet)} doesn't contain this address`;
}

/** One finding stands alone, several become a list: the layout that Docker's clients show. */
function combined(findings: readonly string[]): string {
  const [only] = findings;
  const body = findings.length === 1 ? only : findings.map((text) => `* ${text}`).join('\n');
  return `invalid network config:\n${body}`;
}

function isEnabled(family: Family, enabled: { ipv4: boolean; ipv6: boolean }): boolean {
  return family === 4 ? enabled.ipv4 : enabled.ipv6;
}
