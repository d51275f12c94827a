import {
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_IFALIAS,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_LINK,
  IFLA_LINKINFO,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_NET_NS_FD,
  IFLA_PROTINFO,
  type LinkTarget,
  RTM_DELLINK,
  RTM_NEWLINK,
  RTM_SETLINK,
} from './link.js';
import { kindData } from './link-kind.js';
import { macBytes } from './mac.js';
import type { BridgePortAttributes, LinkChanges, LinkSpec } from './model.js';
import { interfaceName, linkAlias } from './name.js';
import type { MessageWriter, Request } from './wire.js';
import { NLA_F_NESTED, NLM_F_CREATE, NLM_F_EXCL } from './wire.js';

const AF_BRIDGE = 7;

/** Settings of a bridge's port, in IFLA_PROTINFO (linux/if_link.h). */
const IFLA_BRPORT_STATE = 1;
const IFLA_BRPORT_MODE = 4;

/** BR_STATE_... (linux/if_bridge.h) */
const portStates = { disabled: 0, forwarding: 3 } as const;

/** Finds a link by name; may ask the kernel. */
export type IndexOf = (name: string) => number;

/** Makes a link. Its alias isn't in it: the kernel doesn't look for one in a new link. */
export function newLink(spec: LinkSpec, indexOf: IndexOf): Request {
  const name = interfaceName(spec.name);
  const mac = spec.mac === undefined ? undefined : macBytes(spec.mac);
  const master = masterIndex(spec.master, indexOf);
  const parent = 'parent' in spec ? indexOf(spec.parent) : undefined;
  const netnsFd = 'netnsFd' in spec ? spec.netnsFd : undefined;
  const data = kindData(spec, indexOf);
  return {
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: (out) => {
      linkHeader(out, { index: 0 }, spec.up);
      if (mac) out.attributeBytes(IFLA_ADDRESS, mac);
      if (spec.mtu !== undefined) out.attributeU32(IFLA_MTU, spec.mtu);
      if (master !== undefined) out.attributeU32(IFLA_MASTER, master);
      if (netnsFd !== undefined) out.attributeU32(IFLA_NET_NS_FD, netnsFd);
      if (parent !== undefined) out.attributeU32(IFLA_LINK, parent);
      out.attributeName(IFLA_IFNAME, name);
      out.nested(IFLA_LINKINFO, () => {
        out.attributeText(IFLA_INFO_KIND, spec.kind);
        if (data) out.nested(IFLA_INFO_DATA, data);
      });
    },
  };
}

/** Changes a link, its settings as a bridge's port apart. To be renamed it must be told by number. */
export function changeLink(target: LinkTarget, changes: LinkChanges, indexOf: IndexOf): Request {
  const mac = changes.mac === undefined ? undefined : macBytes(changes.mac);
  const name = changes.name === undefined ? undefined : interfaceName(changes.name);
  const alias = changes.alias === undefined ? undefined : linkAlias(changes.alias);
  const master = masterIndex(changes.master, indexOf);
  return {
    type: RTM_NEWLINK,
    flags: 0,
    body: (out) => {
      linkHeader(out, target, changes.up);
      if (mac) out.attributeBytes(IFLA_ADDRESS, mac);
      if (changes.mtu !== undefined) out.attributeU32(IFLA_MTU, changes.mtu);
      if (master !== undefined) out.attributeU32(IFLA_MASTER, master);
      if (changes.netnsFd !== undefined) out.attributeU32(IFLA_NET_NS_FD, changes.netnsFd);
      if (name !== undefined) out.attributeName(IFLA_IFNAME, name);
      if (alias !== undefined) out.attributeText(IFLA_IFALIAS, alias);
    },
  };
}

/** Changes a link's settings as a port of the bridge that it is in. */
export function changeBridgePort(index: number, port: BridgePortAttributes): Request {
  return {
    type: RTM_SETLINK,
    flags: 0,
    body: (out) => {
      out.u32(AF_BRIDGE).u32(index).u32(0).u32(0);
      out.nested(IFLA_PROTINFO | NLA_F_NESTED, () => {
        if (port.hairpin !== undefined) out.attributeU8(IFLA_BRPORT_MODE, port.hairpin ? 1 : 0);
        if (port.state) out.attributeU8(IFLA_BRPORT_STATE, portStates[port.state]);
      });
    },
  };
}

/** Deletes a link. */
export function removeLink(target: LinkTarget): Request {
  return { type: RTM_DELLINK, flags: 0, body: (out) => linkHeader(out, target) };
}

/** `struct ifinfomsg` (see link.ts), and the name of a link that is told by it. */
function linkHeader(out: MessageWriter, target: LinkTarget, up?: boolean): void {
  out.u32(0).u32('index' in target ? target.index : 0);
  out.u32(up ? IFF_UP : 0).u32(up === undefined ? 0 : IFF_UP);
  if ('name' in target) out.attributeName(IFLA_IFNAME, target.name);
}

/** 0 leaves any bridge. */
function masterIndex(master: string | null | undefined, indexOf: IndexOf): number | undefined {
  return typeof master === 'string' ? indexOf(master) : master === null ? 0 : undefined;
}
