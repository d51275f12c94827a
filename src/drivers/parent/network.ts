import { InvalidParameter } from '../../base/errors.js';
import { ipv6Setting } from '../../cnm/interface-steps.js';
import type { Links } from '../../cnm/kernel.js';
import { lacks } from '../../cnm/kernel-features.js';
import type { NetworkRecord, NetworkRequest } from '../../cnm/model.js';
import { type Plan, step } from '../../cnm/plan.js';
import type { ParentConfig } from './config.js';
import { type ParentPlace, parentPlace } from './place.js';

/** What is asked of rtnetlink. Nothing stays of what is added to see whether the kernel can. */
export type ParentLinks = Pick<Links, 'link' | 'addLink' | 'deleteLink'>;

/** What a plan must know about the host. */
export interface ParentHost {
  readonly place: ParentPlace;
  /** MTU in bytes of the device that the place is on; absent for nowhere. */
  readonly mtu?: number;
  /** Whether the kernel has dummy links, where it matters. */
  readonly hasDummies: boolean;
}

/**
 * Looks at the host.
 * @throws InvalidParameter where the parent is missing, System where the kernel has no such links
 */
export function observeParent(
  links: ParentLinks,
  kind: 'macvlan' | 'ipvlan',
  network: Pick<NetworkRecord, 'id'>,
  { parent }: ParentConfig,
): ParentHost {
  const own = parent ? links.link(parent) : undefined;
  const place = parentPlace(network.id, parent, own !== undefined);
  const missing = lacks(kind, links);
  if (missing) throw missing;
  const base = own ?? (place.kind === 'vlan' ? links.link(place.device) : undefined);
  if (place.kind === 'vlan' && !base) {
    throw new InvalidParameter(`-o parent interface was not found on the host: ${place.device}`);
  }
  const hasDummies = place.kind === 'nowhere' && lacks('dummy', links) === undefined;
  return { place, hasDummies, ...(base && { mtu: base.mtu }) };
}

/** The host side of a network: its parent, where it has to be made. */
export function parentPlan(host: ParentHost, config: ParentConfig): Plan {
  const { place, mtu, hasDummies } = host;
  if (config.mtu !== undefined && mtu !== undefined && config.mtu > mtu) {
    throw new InvalidParameter(
      `MTU ${config.mtu} is more than the ${mtu} bytes of parent interface ${config.parent}`,
    );
  }
  if (place.kind === 'device') return [];
  if (place.kind === 'vlan') {
    const { name, device, id } = place;
    return [step('link.add', { netns: 'host', link: { kind: 'vlan', name, parent: device, id } })];
  }
  return nowherePlan(place.name, hasDummies ? 'dummy' : 'bridge', config.mtu);
}

/**
 * Whether the network's containers can reach more than each other. Docker takes a network without parent for an
 * internal one.
 */
export function leadsSomewhere(
  { internal }: Pick<NetworkRequest, 'internal'>,
  { parent }: ParentConfig,
): boolean {
  return !internal && !!parent;
}

/**
 * What containers send to others than each other ends in a dummy link, as with Docker, or where the kernel has
 * none in a bridge without ports. The host takes no part in what is said there.
 */
function nowherePlan(name: string, kind: 'dummy' | 'bridge', mtu: number | undefined): Plan {
  return [
    step('link.add', { netns: 'host', link: { kind, name, ...(mtu !== undefined && { mtu }) } }),
    ipv6Setting('host', name, 'disable_ipv6', '1'),
    step('link.up', { netns: 'host', name }),
  ];
}
