import { messageOf, System } from '../base/errors.js';
import type { LinkSpec } from '../native/netlink-ts/model.js';
import type { Links } from './kernel.js';
import { isUnsupported } from './steps/errors.js';

/** What a kernel needs for the kinds of links that not every one has: module and option. */
const features: Partial<Record<LinkSpec['kind'], readonly [module: string, option: string]>> = {
  macvlan: ['macvlan', 'CONFIG_MACVLAN'],
  ipvlan: ['ipvlan', 'CONFIG_IPVLAN'],
  vlan: ['8021q', 'CONFIG_VLAN_8021Q'],
};

/**
 * What the kernel lacks and what to do, if `error` is its refusal to make links of the kind at all; the kernel
 * itself says `Unknown device type` at most. Undefined for any other error.
 */
export function missingFeature(kind: LinkSpec['kind'], error: unknown): System | undefined {
  const [module, option] = features[kind] ?? [];
  if (module === undefined || !isUnsupported(error)) return undefined;
  return new System(
    `the kernel of this host has no ${kind} links: load its module ${module} (modprobe ${module}), or use a kernel with ${option} (${messageOf(error)})`,
  );
}

/**
 * Asks the kernel whether it can make links of a kind, by asking for one on the loopback: a kernel that has them
 * refuses that with EINVAL, one that doesn't with EOPNOTSUPP (rtnl_newlink, macvlan_port_create,
 * ipvlan_port_create). The kernel loads the module for it where it can.
 * @throws System naming the module
 */
export function refuseMissing(kind: 'macvlan' | 'ipvlan', links: Pick<Links, 'addLink'>): void {
  const spec = { name: 'probe', parent: 'lo' };
  try {
    if (kind === 'macvlan') links.addLink({ ...spec, kind, mode: 'bridge' });
    else links.addLink({ ...spec, kind, mode: 'l2', flag: 'bridge' });
  } catch (error) {
    const missing = missingFeature(kind, error);
    if (missing) throw missing;
  }
}
