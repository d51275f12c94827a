/** Steps that every driver takes for an interface in a sandbox. */
import { cidrOf, contains, parseInterfaceAddress } from '../base/cidr.js';
import { ip } from '../base/ip.js';
import type { EndpointConfig } from './endpoint-options.js';
import type { Netns } from './kernel.js';
import { type Step, step } from './plan.js';

/** A setting of IPv6 on an interface. A kernel without IPv6 has no such keys, and nothing to protect. */
export function ipv6Setting(netns: Netns, link: string, key: string, value: string): Step {
  const path = ['net', 'ipv6', 'conf', link, key];
  return step('sysctl.set', { netns, key: path, value, ifPresent: true });
}

/**
 * Lets the kernel tell the neighbours who has the addresses when the interface comes up.
 */
export function announcements(
  netns: Netns,
  link: string,
  { advertiseCount }: Pick<EndpointConfig, 'advertiseCount'>,
): Step[] {
  if (advertiseCount === 0) return [];
  return [
    step('sysctl.set', { netns, key: ['net', 'ipv4', 'conf', link, 'arp_notify'], value: '1' }),
    ipv6Setting(netns, link, 'ndisc_notify', '1'),
  ];
}

/** The interface's settings that the endpoint's options ask for. */
export function interfaceSysctls(
  netns: Netns,
  link: string,
  { sysctls }: Pick<EndpointConfig, 'sysctls'>,
): Step[] {
  return sysctls.map(({ family, group, key, value }) =>
    step('sysctl.set', { netns, key: ['net', family, group, link, key], value }),
  );
}

/**
 * A default route. A gateway outside the interface's subnet is made known as a neighbour first.
 * @param address the interface's own, with prefix length
 */
export function defaultRoute(netns: Netns, link: string, address: string, gateway: string): Step[] {
  const next = ip(gateway);
  const { family } = next;
  const own = parseInterfaceAddress(address);
  const onLink = own !== undefined && contains(cidrOf(own.ip, own.prefix), next);
  const destination = `${gateway}/${family === 4 ? 32 : 128}`;
  return [
    ...(onLink ? [] : [step('route.add', { netns, route: { destination, family, link } })]),
    step('route.add', { netns, route: { destination: 'default', family, gateway, link } }),
  ];
}
