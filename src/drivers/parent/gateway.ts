import type { Family } from '../../base/ip.js';
import type { EndpointDraft } from '../../cnm/driver.js';
import { defaultRoute } from '../../cnm/interface-steps.js';
import type { Netns } from '../../cnm/kernel.js';
import { type Plan, step } from '../../cnm/plan.js';

/** Default routes by way of the gateways; none where no gateway was named. */
export function routesByGateway(
  { interface: link }: EndpointDraft,
  netns: Netns,
  families: readonly Family[],
): Plan {
  return families.flatMap((family) => {
    const address = family === 4 ? link.ipv4 : link.ipv6;
    const gateway = family === 4 ? link.gateway4 : link.gateway6;
    if (address === undefined || gateway === undefined) return [];
    return defaultRoute(netns, link.name, address, gateway);
  });
}

/** Default routes to the device: the parent's host finds the way (ipvlan in its L3 modes). */
export function routesByDevice(
  { interface: { name: link } }: EndpointDraft,
  netns: Netns,
  families: readonly Family[],
): Plan {
  return families.map((family) =>
    step('route.add', { netns, route: { destination: 'default', family, link } }),
  );
}
