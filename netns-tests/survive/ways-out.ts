import type { Described, Endpoint, Inspected, Network } from './described.js';

/** An endpoint and its network. */
export interface Attached extends Endpoint {
  readonly network: Network;
}

/** The endpoints of a container, in Docker's order for gateways: priority; not internal; both families; name. */
export function attachedTo({ NetworkSettings }: Inspected, { networks }: Described): Attached[] {
  return Object.values(NetworkSettings.Networks)
    .flatMap((one) => {
      const network = networks.find(({ Id }) => Id === one.NetworkID);
      return network && /^(bridge|macvlan)$/.test(network.Driver) ? [{ ...one, network }] : [];
    })
    .toSorted(
      (a, b) =>
        b.GwPriority - a.GwPriority ||
        Number(a.network.Internal) - Number(b.network.Internal) ||
        familiesOf(b).length - familiesOf(a).length ||
        (a.network.Name < b.network.Name ? -1 : 1),
    );
}

/** The one that leads out of the container in a family: its default route and, on a bridge, its published ports. */
export function wayOut(endpoints: readonly Attached[], family: 4 | 6): Attached | undefined {
  return endpoints.find((one) => familiesOf(one).includes(family));
}

/** The router that a container is to use; on macvlan there may be none, though nobody else leads out then. */
export function routerOf(endpoint: Attached | undefined, family: 4 | 6): string {
  return (family === 4 ? endpoint?.Gateway : endpoint?.IPv6Gateway) ?? '';
}

/** Families in which a way out may lead through the endpoint; the host has no part in macvlan without a parent. */
function familiesOf(one: Attached): (4 | 6)[] {
  const { Driver, Internal, Options } = one.network;
  if (Internal || (Driver === 'macvlan' && Options['parent'] === undefined)) return [];
  const [four, six] =
    Driver === 'macvlan' ? [one.IPAddress, one.GlobalIPv6Address] : [one.Gateway, one.IPv6Gateway];
  return [...(four ? [4 as const] : []), ...(six ? [6 as const] : [])];
}
