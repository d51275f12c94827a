import {
  type FirewalledAddress,
  firewalledFamily,
  type PortsPolicy,
  portsOwner,
  translates,
} from '../../cnm/firewall/model.js';
import type { PortBinding } from '../../cnm/model.js';
import { type BridgeNetwork, firewalled } from './network.js';

/** An endpoint's addresses without prefix length. */
export interface PublishedEndpoint {
  readonly id: string;
  readonly addresses: readonly FirewalledAddress[];
}

/** The way from the host's ports to the container, for each family that both have; undefined: there is none. */
export function portsPolicy(
  network: BridgeNetwork,
  endpoint: PublishedEndpoint,
  bindings: readonly PortBinding[],
): PortsPolicy | undefined {
  const ways = endpoint.addresses.map((address) => waysTo(network, address, bindings));
  const forwards = ways.flatMap((way) => way.forwards);
  const openings = ways.flatMap((way) => way.openings);
  if (forwards.length === 0 && openings.length === 0) return undefined;
  return {
    kind: 'ports',
    owner: portsOwner(endpoint.id),
    network: firewalled(network),
    forwards,
    openings,
  };
}

/** The bindings that take a port of the host: those whose family is translated and which the container has. */
export function hostBindings(
  network: BridgeNetwork,
  { addresses }: Pick<PublishedEndpoint, 'addresses'>,
  bindings: readonly PortBinding[],
): PortBinding[] {
  return bindings.filter((binding) => {
    const family = firewalledFamily(network, familyOf(binding));
    const hasAddress = addresses.some((own) => own.family === family?.family);
    return family !== undefined && hasAddress && translates(network, family);
  });
}

function waysTo(
  network: BridgeNetwork,
  to: FirewalledAddress,
  bindings: readonly PortBinding[],
): Pick<PortsPolicy, 'forwards' | 'openings'> {
  const family = firewalledFamily(network, to.family);
  const theirs = bindings.filter((binding) => familyOf(binding) === to.family);
  if (!family || network.internal) return { forwards: [], openings: [] };
  const isOpen = family.mode === 'nat-unprotected' || family.mode === 'isolated';
  return {
    forwards: translates(network, family) ? theirs.map((binding) => forward(to, binding)) : [],
    openings: isOpen ? [] : openings(to, theirs),
  };
}

function forward(
  { family, address }: FirewalledAddress,
  { protocol, hostIp, hostPort, containerPort }: PortBinding,
): PortsPolicy['forwards'][number] {
  return {
    family,
    address,
    protocol,
    hostIp,
    hostPorts: [hostPort, hostPort],
    containerPorts: [containerPort, containerPort],
  };
}

/** Several ports of the host may lead to one of the container: it is opened once. */
function openings(
  { family, address }: FirewalledAddress,
  bindings: readonly PortBinding[],
): PortsPolicy['openings'] {
  const ports = new Map(
    bindings.map(({ protocol, containerPort }) => [
      `${containerPort}/${protocol}`,
      { family, address, protocol, ports: [containerPort, containerPort] as const },
    ]),
  );
  return [...ports.values()];
}

function familyOf({ hostIp }: PortBinding): 4 | 6 {
  return hostIp.includes(':') ? 6 : 4;
}
