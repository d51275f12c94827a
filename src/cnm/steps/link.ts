import { Conflict, System } from '../../base/errors.js';
import type { LinkChanges, LinkSpec } from '../../native/netlink-ts/model.js';
import type { Kernel, Links, Netns } from '../kernel.js';
import { missingFeature } from '../kernel-features.js';
import type { PlannedLink } from '../plan.js';
import { isBusy, isDown, isGone, isInvalid } from './errors.js';
import type { Executor } from './executor.js';

/** Creates a link, or uses the bridge or VLAN sub-interface of that name which stands there. */
export const linkAdd: Executor<'link.add'> = {
  describe: ({ link }) => `create ${link.kind} ${link.name}${whereOf(link)}`,
  // A link on a parent occupies the host's: it is not left to go some time after its namespace.
  netns: ({ netns, link }) => (isOnParent(link) ? 'host' : netns),
  observe({ netns, link }, kernel) {
    const there = kernel.links(netns).link(link.name);
    if (!there) return { existed: false };
    if (link.kind === 'bridge' && there.kind === 'bridge') return { existed: true };
    // Whatever it is that the host's administrator has called so.
    if (link.kind === 'vlan') return { existed: true };
    throw new Conflict(
      `cannot create ${link.kind} ${link.name}: a ${there.kind ?? 'network'} device of that name exists`,
    );
  },
  apply({ netns, link }, kernel, { existed }) {
    if (existed) return;
    const links = kernel.links(netns);
    try {
      if (isOnParent(link)) return addOnParent(link, netns, kernel);
      links.addLink(specOf(link, kernel));
    } catch (error) {
      throw missingFeature(link.kind, error) ?? refusedByParent(link, error) ?? error;
    }
    const changes = afterwards(link);
    if (changes) finish(links, link.name, changes);
  },
  undo({ netns, link }, kernel, { existed }, mode) {
    if (existed) return;
    const links = kernel.links(netns);
    if (link.kind === 'veth' && mode === 'lazily') cutOff(links, link.name);
    else links.deleteLink(link.name);
  },
  undoesBeforeNamespace: ({ link }) => isOnParent(link),
  async undoAsync({ netns, link }, kernel, { existed }) {
    if (existed) return;
    const links = kernel.links(netns);
    if (link.kind === 'veth') {
      cutOff(links, link.name);
      retire(kernel, link);
    }
    await links.deleteLinkAsync(link.name);
  },
};

/** Sets a link up. Not undone: a link of ours goes anyway, and one that stood there before may be in use. */
export const linkUp: Executor<'link.up'> = {
  describe: ({ name }) => `set ${name} up`,
  netns: ({ netns }) => netns,
  observe: () => undefined,
  apply({ netns, name }, kernel) {
    kernel.links(netns).setLink(name, { up: true });
  },
  undo() {},
};

/**
 * Makes a link in one namespace on a parent in the host's. It gets its name in a second request: at the birth
 * Linux 6.1 takes it for one of the host's links if that has one of the name (`__rtnl_newlink`).
 */
function addOnParent(link: LinkOnParent, netns: Netns, kernel: Kernel): void {
  const links = kernel.links(netns);
  const first = `new-${link.name.slice(0, 11)}`;
  // What a crash between the two requests has left.
  if (links.link(first)) links.deleteLink(first);
  kernel.links('host').addLink({ ...link, name: first, netnsFd: kernel.netnsFd(netns) });
  finish(links, first, { ...afterwards(link), name: link.name });
}

function specOf(link: Exclude<PlannedLink, LinkOnParent>, kernel: Kernel): LinkSpec {
  if (link.kind === 'vlan') return { ...link, up: true };
  if (link.kind !== 'veth') return link;
  const { netns, ...peer } = link.peer;
  return {
    kind: 'veth',
    name: link.name,
    ...(link.mtu !== undefined && { mtu: link.mtu }),
    master: link.bridge,
    peer: { ...peer, netnsFd: kernel.netnsFd(netns) },
  };
}

type LinkOnParent = PlannedLink & { readonly kind: 'macvlan' | 'ipvlan' };

function isOnParent(link: PlannedLink): link is LinkOnParent {
  return link.kind === 'macvlan' || link.kind === 'ipvlan';
}

function whereOf(link: PlannedLink): string {
  return isOnParent(link) ? ` on ${link.parent}` : '';
}

/** Why a parent takes no more links, where the kernel's word for it is too short (macvlan_common_newlink). */
function refusedByParent(link: PlannedLink, error: unknown): System | undefined {
  if (!isOnParent(link)) return undefined;
  const { parent, mode } = link;
  if (isBusy(error)) {
    return new System(
      `${parent} is a port of a bridge or bond, or has links of the other kind: it takes macvlans or ipvlans, not both`,
      { cause: error },
    );
  }
  if (mode !== 'passthru' || !isInvalid(error)) return undefined;
  return new System(`in mode passthru ${parent} takes one container, and it has one`, {
    cause: error,
  });
}

/**
 * What needs a second request: settings as a bridge's port, a passthru link's MAC, and a bridge's MTU, which the kernel takes for the
 * user's wish only when it is changed. Else it is the smallest of the ports', and 1500 without any.
 */
function afterwards(link: PlannedLink): LinkChanges | undefined {
  // The kernel gives a passthru link the parent's address first, whatever it is asked for.
  if (link.kind === 'macvlan' && link.mode === 'passthru' && link.mac) return { mac: link.mac };
  if (link.kind === 'veth' && link.hairpin) return { bridgePort: { hairpin: true } };
  if (link.kind === 'bridge' && link.mtu !== undefined) return { mtu: link.mtu };
  return undefined;
}

/** A step is done whole or not at all. */
function finish(links: Links, name: string, changes: LinkChanges): void {
  try {
    links.setLink(name, changes);
  } catch (error) {
    links.deleteLink(name);
    throw error;
  }
}

/** From now on no frame passes the port, though the kernel needs 12 to 50 ms more to delete the veth. */
function cutOff(links: Links, name: string): void {
  try {
    links.setLink(name, { bridgePort: { state: 'disabled' } });
  } catch (error) {
    // One that was never set up passes nothing, and has no state to change (ENETDOWN).
    if (!isGone(error) && !isDown(error)) throw error;
  }
}

/**
 * Lets the sandbox's end go by the name of the host's until the kernel has deleted both, so that another
 * interface may have its name at once. Kernels before 6.2 rename no link that is up, which is fine: whoever needs
 * the name waits.
 */
function retire(kernel: Kernel, { name, peer }: Extract<PlannedLink, { kind: 'veth' }>): void {
  try {
    kernel.links(peer.netns).setLink(peer.name, { name });
  } catch {
    // It is renamed for the next one's sake alone; what is wrong shows when the pair is deleted.
  }
}
