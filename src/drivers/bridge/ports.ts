import type { Family } from '../../base/ip.js';
import {
  type FirewalledAddress,
  firewalledFamily,
  type PortForward,
  type PortOpening,
  type PortRange,
  type PortsPolicy,
  portsOwner,
  translates,
} from '../../cnm/firewall/model.js';
import type { ProxyForward } from '../../cnm/kernel.js';
import type { PortBinding } from '../../cnm/model.js';
import { countOf } from '../../cnm/ports/ranges.js';
import { type BridgeNetwork, firewalled } from './network.js';

/** An endpoint's addresses without prefix length. */
export interface PublishedEndpoint {
  readonly id: string;
  readonly addresses: readonly FirewalledAddress[];
}

type PortForwards = PortsPolicy['forwards'];
type PortOpenings = PortsPolicy['openings'];

/** The way from the host's ports to the container, for each family that both have; undefined: there is none. */
export function portsPolicy(
  network: BridgeNetwork,
  endpoint: PublishedEndpoint,
  bindings: readonly PortBinding[],
): PortsPolicy | undefined {
  const ways = endpoint.addresses.map((address) => waysTo(network, address, bindings));
  // Not flatMap, which takes a multiple of the time: there may be thousands.
  const forwards = ways.reduce<PortForwards>((all, way) => all.concat(way.forwards), []);
  const openings = ways.reduce<PortOpenings>((all, way) => all.concat(way.openings), []);
  if (forwards.length === 0 && openings.length === 0) return undefined;
  return {
    kind: 'ports',
    owner: portsOwner(endpoint.id),
    network: firewalled(network),
    forwards,
    openings,
  };
}

/** The bindings that take ports of the host: those that lead to an address whose family is translated. */
export function hostBindings(
  network: BridgeNetwork,
  endpoint: Pick<PublishedEndpoint, 'addresses'>,
  bindings: readonly PortBinding[],
): PortBinding[] {
  return bindings.filter(
    (binding) =>
      binding.hostPort !== 0 &&
      (target(network, endpoint, familyOf(binding)) ?? proxied(network, endpoint, binding)),
  );
}

/**
 * What the proxy serves. All of IPv6: the kernel doesn't translate what comes from or goes to `::1`, nor from a
 * link-local address, nor to a container that has IPv4 only. IPv4 where no rules of ours translate it
 * (`untranslated`), as Docker's proxy does with `--iptables=false`.
 */
export function proxyForwards(
  network: BridgeNetwork,
  endpoint: Pick<PublishedEndpoint, 'addresses'>,
  bindings: readonly PortBinding[],
  untranslated: readonly Family[],
): ProxyForward[] {
  const forwards: ProxyForward[] = [];
  for (const binding of bindings) {
    const family = familyOf(binding);
    if (binding.hostPort === 0 || binding.protocol === 'sctp') continue;
    if (family === 4 && !untranslated.includes(4)) continue;
    const to = target(network, endpoint, family) ?? proxied(network, endpoint, binding);
    if (to) forwards.push({ ...binding, containerIp: to.address });
  }
  return forwards;
}

/** The container's address of a family that is translated. */
function target(
  network: BridgeNetwork,
  { addresses }: Pick<PublishedEndpoint, 'addresses'>,
  wanted: Family,
): FirewalledAddress | undefined {
  const family = firewalledFamily(network, wanted);
  if (!family || !translates(network, family)) return undefined;
  return addresses.find((own) => own.family === wanted);
}

/** Where IPv6 addresses of the host lead if the container has none of that family. SCTP is not proxied. */
function proxied(
  network: BridgeNetwork,
  endpoint: Pick<PublishedEndpoint, 'addresses'>,
  binding: PortBinding,
): FirewalledAddress | undefined {
  const has6 = endpoint.addresses.some((own) => own.family === 6);
  if (familyOf(binding) === 4 || has6 || binding.protocol === 'sctp') return undefined;
  return target(network, endpoint, 4);
}

function waysTo(
  network: BridgeNetwork,
  to: FirewalledAddress,
  bindings: readonly PortBinding[],
): { readonly forwards: PortForwards; readonly openings: PortOpenings } {
  const family = firewalledFamily(network, to.family);
  const theirs = bindings.filter((binding) => familyOf(binding) === to.family);
  if (!family || network.internal) return { forwards: [], openings: [] };
  const isOpen = family.mode === 'nat-unprotected' || family.mode === 'isolated';
  const translated = theirs.filter(({ hostPort }) => hostPort !== 0);
  return {
    forwards: translates(network, family) ? translated.map((binding) => forward(to, binding)) : [],
    openings: isOpen ? [] : openings(to, theirs),
  };
}

function forward({ family, address }: FirewalledAddress, binding: PortBinding): PortForward {
  const { protocol, hostIp, hostPort, containerPort } = binding;
  const beyond = countOf(binding) - 1;
  return {
    family,
    address,
    protocol,
    hostIp,
    hostPorts: [hostPort, hostPort + beyond],
    containerPorts: [containerPort, containerPort + beyond],
  };
}

/** Several ports of the host may lead to one of the container: it is opened once. */
function openings(
  { family, address }: FirewalledAddress,
  bindings: readonly PortBinding[],
): PortOpenings {
  const found: PortOpening[] = [];
  for (const protocol of ['tcp', 'udp', 'sctp'] as const) {
    const ranges: PortRange[] = [];
    for (const binding of bindings) {
      const { containerPort } = binding;
      if (binding.protocol !== protocol) continue;
      ranges.push([containerPort, containerPort + countOf(binding) - 1]);
    }
    for (const ports of union(ranges)) found.push({ family, address, protocol, ports });
  }
  return found;
}

/** Ranges that neither overlap nor touch each other. */
function union(ranges: readonly PortRange[]): PortRange[] {
  const merged: PortRange[] = [];
  for (const range of ranges.toSorted(([a], [b]) => a - b)) {
    const before = merged.at(-1);
    if (before && range[0] <= before[1] + 1) {
      merged[merged.length - 1] = [before[0], Math.max(before[1], range[1])];
    } else {
      merged.push(range);
    }
  }
  return merged;
}

function familyOf({ hostIp }: PortBinding): Family {
  return hostIp.includes(':') ? 6 : 4;
}
