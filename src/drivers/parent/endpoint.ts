import type { Family } from '../../base/ip.js';
import type { EndpointDraft } from '../../cnm/driver.js';
import { disablesIPv6, type EndpointConfig, endpointConfig } from '../../cnm/endpoint-options.js';
import { announcements, interfaceSysctls, ipv6Setting } from '../../cnm/interface-steps.js';
import type { Netns } from '../../cnm/kernel.js';
import type { Interface } from '../../cnm/model.js';
import { type Plan, type PlannedLink, type Step, step } from '../../cnm/plan.js';

/** An interface on a parent, with its addresses, without default route. */
export function endpointPlan(draft: EndpointDraft, link: PlannedLink, netns: Netns): Plan {
  const { name } = link;
  const config = endpointConfig(draft.request.driverOptions);
  const addresses = addressesOf(draft.interface, config);
  return [
    step('link.add', { netns, link }),
    ...ipv6Settings(
      netns,
      name,
      addresses.some((address) => address.includes(':')),
    ),
    // With a MAC of its own the controller does it, by setting that again.
    ...(draft.interface.mac === '' ? announcements(netns, name, config) : []),
    ...addresses.map((address) => step('addr.add', { netns, link: name, address })),
    step('link.up', { netns, name }),
    ...interfaceSysctls(netns, name, config),
  ];
}

/** Families that the endpoint has an address in. */
export function familiesOf(link: Interface): Family[] {
  return [
    ...(link.ipv4 === undefined ? [] : [4 as const]),
    ...(link.ipv6 === undefined ? [] : [6 as const]),
  ];
}

/**
 * Everybody on the parent's wire can talk to the interface, so one without an IPv6 address has no IPv6 at all
 * (CVE-2024-32473), and none believes whoever says to be a router. Set before the link is up for the first time.
 */
function ipv6Settings(netns: Netns, name: string, wanted: boolean): Step[] {
  return [
    ipv6Setting(netns, name, 'disable_ipv6', wanted ? '0' : '1'),
    ipv6Setting(netns, name, 'accept_ra', '0'),
  ];
}

/** With prefix length. IPv6 only if the endpoint's own settings don't switch it off. */
function addressesOf({ ipv4, ipv6, linkLocal = [] }: Interface, config: EndpointConfig): string[] {
  const six = disablesIPv6(config) ? undefined : ipv6;
  return [ipv4, six, ...linkLocal].filter((address) => address !== undefined);
}
