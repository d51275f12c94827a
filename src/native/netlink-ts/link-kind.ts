import { isIPv4 } from 'node:net';
import { ipBytes } from './ip.js';
import { IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_NET_NS_FD } from './link.js';
import { macBytes } from './mac.js';
import type {
  BridgeAttributes,
  IpvlanFlag,
  IpvlanMode,
  LinkSpec,
  MacvlanMode,
  VethPeer,
  VxlanAttributes,
} from './model.js';
import { interfaceName } from './name.js';
import type { MessageWriter } from './wire.js';

/** Attributes in IFLA_INFO_DATA (linux/if_link.h, linux/if_vlan.h, linux/veth.h). */
const IFLA_BR_FORWARD_DELAY = 1;
const IFLA_BR_STP_STATE = 5;
export const VETH_INFO_PEER = 1;
const IFLA_MACVLAN_MODE = 1;
const IFLA_IPVLAN_MODE = 1;
const IFLA_IPVLAN_FLAGS = 2;
const IFLA_VLAN_ID = 1;
const IFLA_VXLAN_ID = 1;
const IFLA_VXLAN_GROUP = 2;
const IFLA_VXLAN_LINK = 3;
const IFLA_VXLAN_LOCAL = 4;
const IFLA_VXLAN_LEARNING = 7;
const IFLA_VXLAN_PORT = 15;
const IFLA_VXLAN_GROUP6 = 16;
const IFLA_VXLAN_LOCAL6 = 17;

/** MACVLAN_MODE_... */
const macvlanModes: Readonly<Record<MacvlanMode, number>> = {
  private: 1,
  vepa: 2,
  bridge: 4,
  passthru: 8,
};

/** IPVLAN_MODE_... */
const ipvlanModes: Readonly<Record<IpvlanMode, number>> = { l2: 0, l3: 1, l3s: 2 };

/** IPVLAN_F_... */
const ipvlanFlags: Readonly<Record<IpvlanFlag, number>> = { bridge: 0, private: 1, vepa: 2 };

/** The bridge counts time in hundredths of a second (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Writes what is particular to a link's kind; undefined if there is nothing to write. */
export type KindData = ((out: MessageWriter) => void) | undefined;

/**
 * The contents of IFLA_INFO_DATA for a new link. `indexOf` finds other links by name and is called now, not
 * while writing.
 */
export function kindData(spec: LinkSpec, indexOf: (name: string) => number): KindData {
  switch (spec.kind) {
    case 'bridge':
      return bridgeData(spec.bridge ?? {});
    case 'veth':
      return vethData(spec.peer);
    case 'macvlan':
      return (out) => void out.attributeU32(IFLA_MACVLAN_MODE, macvlanModes[spec.mode]);
    case 'ipvlan':
      return ipvlanData(spec);
    case 'vlan':
      return (out) => void out.attributeU16(IFLA_VLAN_ID, spec.id);
    case 'vxlan':
      return vxlanData(spec.vxlan, indexOf);
    case 'dummy':
      return undefined;
  }
}

function bridgeData({ stp, forwardDelaySeconds }: BridgeAttributes): KindData {
  if (stp === undefined && forwardDelaySeconds === undefined) return undefined;
  return (out) => {
    if (forwardDelaySeconds !== undefined) {
      out.attributeU32(IFLA_BR_FORWARD_DELAY, Math.round(forwardDelaySeconds * TICKS_PER_SECOND));
    }
    if (stp !== undefined) out.attributeU32(IFLA_BR_STP_STATE, stp ? 1 : 0);
  };
}

/** VETH_INFO_PEER holds a whole `struct ifinfomsg` (see link.ts) with attributes. */
function vethData(peer: VethPeer): KindData {
  const name = interfaceName(peer.name);
  const mac = peer.mac === undefined ? undefined : macBytes(peer.mac);
  return (out) => {
    out.nested(VETH_INFO_PEER, (inner) => {
      inner.u32(0).u32(0).u32(0).u32(0);
      if (mac) inner.attributeBytes(IFLA_ADDRESS, mac);
      if (peer.mtu !== undefined) inner.attributeU32(IFLA_MTU, peer.mtu);
      if (peer.netnsFd !== undefined) inner.attributeU32(IFLA_NET_NS_FD, peer.netnsFd);
      inner.attributeName(IFLA_IFNAME, name);
    });
  };
}

function ipvlanData({ mode, flag }: { mode: IpvlanMode; flag: IpvlanFlag }): KindData {
  return (out) => {
    out.attributeU16(IFLA_IPVLAN_MODE, ipvlanModes[mode]);
    out.attributeU16(IFLA_IPVLAN_FLAGS, ipvlanFlags[flag]);
  };
}

function vxlanData(vxlan: VxlanAttributes, indexOf: (name: string) => number): KindData {
  const parent = vxlan.parent === undefined ? undefined : indexOf(vxlan.parent);
  const { vni, local, remote, learning, port } = vxlan;
  return (out) => {
    if (parent !== undefined) out.attributeU32(IFLA_VXLAN_LINK, parent);
    out.attributeU32(IFLA_VXLAN_ID, vni);
    endpoint(out, local, IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6);
    endpoint(out, remote, IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6);
    if (learning !== undefined) out.attributeU8(IFLA_VXLAN_LEARNING, learning ? 1 : 0);
    if (port !== undefined) out.attributeBytes(IFLA_VXLAN_PORT, bigEndian16(port));
  };
}

/** IPv4 and IPv6 have an attribute each. */
function endpoint(out: MessageWriter, address: string | undefined, v4: number, v6: number): void {
  if (address !== undefined) out.attributeBytes(isIPv4(address) ? v4 : v6, ipBytes(address));
}

function bigEndian16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
