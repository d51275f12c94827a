import { messageOf, System } from '../base/errors.js';
import type { LinkSpec } from '../native/netlink-ts/model.js';
import type { Links } from './kernel.js';
import { isUnsupported } from './steps/errors.js';

/** What a kernel needs for the kinds of links that not every one has: module and option. */
const features: Partial<Record<LinkSpec['kind'], readonly [module: string, option: string]>> = {
  macvlan: ['macvlan', 'CONFIG_MACVLAN'],
  ipvlan: ['ipvlan', 'CONFIG_IPVLAN'],
  vlan: ['8021q', 'CONFIG_VLAN_8021Q'],
  dummy: ['dummy', 'CONFIG_DUMMY'],
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

/** Links that kernels refuse to make, so that only the reason of the refusal tells kernels apart. */
const impossible = {
  macvlan: { kind: 'macvlan', name: 'probe', parent: 'lo', mode: 'bridge' },
  ipvlan: { kind: 'ipvlan', name: 'probe', parent: 'lo', mode: 'l2', flag: 'bridge' },
  // Of group addresses nobody may be the owner (dummy_validate).
  dummy: { kind: 'dummy', name: 'probe', mac: '01:00:00:00:00:00' },
} as const satisfies { readonly [K in LinkSpec['kind']]?: LinkSpec & { kind: K } };

/**
 * What the kernel lacks to make links of a kind; undefined if nothing. A kernel that has them refuses an
 * impossible one for what is wrong with it, one that doesn't with EOPNOTSUPP before it looks
 * (`__rtnl_newlink`). Where there is a module to load, the kernel loads it for that.
 */
export function lacks(
  kind: keyof typeof impossible,
  links: Pick<Links, 'addLink' | 'deleteLink'>,
): System | undefined {
  const spec = impossible[kind];
  try {
    links.addLink(spec);
    // One that does make it has what it takes.
    links.deleteLink(spec.name);
  } catch (error) {
    return missingFeature(kind, error);
  }
  return undefined;
}
