import { formatIp, parseIp } from '../../../base/ip.js';
import type { PortBinding } from '../../../cnm/model.js';
import type { NftElement, NftFragment } from '../../../native/nft/model.js';
import { type BridgeFamily, type BridgeNetwork, familyIn, translates } from '../network.js';
import type { FirewalledEndpoint } from './endpoint.js';
import { firewallFamily, TABLE } from './family.js';

/** Owner of an endpoint's published ports, in the firewall and for the host's sockets. */
export function portsOwner(endpointId: string): string {
  return `ports/${endpointId}`;
}

/** The way from the host's ports to the container, for each family that both have. */
export function portsFirewall(
  network: BridgeNetwork,
  endpoint: Pick<FirewalledEndpoint, 'id' | 'addresses'>,
  bindings: readonly PortBinding[],
): NftFragment[] {
  return endpoint.addresses.flatMap(({ family, address }): NftFragment[] => {
    const itsFamily = familyIn(network, family);
    const theirs = bindings.filter((binding) => familyOf(binding) === family);
    if (!itsFamily || network.internal || theirs.length === 0) return [];
    const elements = [
      ...(translates(network, itsFamily) ? theirs.map((each) => translation(address, each)) : []),
      ...openings(itsFamily, address, theirs),
    ];
    if (elements.length === 0) return [];
    const table = firewallFamily[family].name;
    return [{ owner: portsOwner(endpoint.id), family: table, table: TABLE, chains: [], elements }];
  });
}

/** The bindings that take a port of the host: those whose family is translated and which the container has. */
export function hostBindings(
  network: BridgeNetwork,
  { addresses }: Pick<FirewalledEndpoint, 'addresses'>,
  bindings: readonly PortBinding[],
): PortBinding[] {
  return bindings.filter((binding) => {
    const family = familyIn(network, familyOf(binding));
    const hasAddress = addresses.some((own) => own.family === family?.family);
    return family !== undefined && hasAddress && translates(network, family);
  });
}

function familyOf({ hostIp }: PortBinding): 4 | 6 {
  return parseIp(hostIp)?.family ?? 4;
}

function translation(container: string, binding: PortBinding): NftElement {
  const key = `${binding.protocol} . ${binding.hostPort}`;
  const value = `${container} . ${binding.containerPort}`;
  const host = parseIp(binding.hostIp);
  return host === undefined || host.value === 0n
    ? { set: 'publish-any', key, value }
    : { set: 'publish-address', key: `${formatIp(host)} . ${key}`, value };
}

/** Several ports of the host may lead to one of the container: it is opened once. */
function openings(
  { mode }: BridgeFamily,
  container: string,
  bindings: readonly PortBinding[],
): NftElement[] {
  if (mode === 'nat-unprotected' || mode === 'isolated') return [];
  const keys = bindings.map(
    ({ protocol, containerPort }) => `${container} . ${protocol} . ${containerPort}`,
  );
  return [...new Set(keys)].map((key) => ({ set: 'openings', key }));
}
