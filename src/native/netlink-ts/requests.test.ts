import { expect } from 'chai';
import { newAddress, removeAddress } from './addr.js';
import { newFdb, removeFdb } from './fdb.js';
import { requests } from './fixtures/requests.js';
import { changeBridgePort, changeLink, newLink, removeLink } from './link-change.js';
import { newNeighbor, removeNeighbor } from './neigh.js';
import { newRoute, removeRoute } from './route.js';
import { MessageWriter, NLM_F_ACK, NLM_F_REQUEST, type Request } from './wire.js';

/** The numbers that the links had while iproute2 was recorded. */
const indexes: Readonly<Record<string, number>> = { lo: 1, br0: 2, veth0: 3, vx0: 4, br1: 5 };
const indexOf = (name: string) => indexes[name] ?? 0;
const veth0 = { index: 3 };
const br0 = 2;
const vxlanEntry = { link: 'vx0', mac: '02:00:00:00:00:99', destination: '172.20.0.5' };
const bridgeEntry = { link: 'veth0', mac: '02:00:00:00:00:98' };
const viaGateway = {
  destination: '10.9.0.0/16',
  family: 4,
  gateway: '172.20.0.9',
  metric: 5,
  link: 'br0',
} as const;
const onLink = { destination: '10.8.0.0/16', family: 4, link: 'br0' } as const;
const onLink6 = { destination: 'fd09::/64', family: 6, link: 'br0' } as const;

/** Our request for each of iproute2's commands. The far namespace was its descriptor 4. */
const ours: Readonly<Record<(typeof requests)[number]['command'], Request>> = {
  'ip link add br1 type bridge': newLink({ kind: 'bridge', name: 'br1' }, indexOf),
  'ip link add br2 mtu 1400 type bridge forward_delay 0 stp_state 0': newLink(
    { kind: 'bridge', name: 'br2', mtu: 1400, bridge: { forwardDelaySeconds: 0, stp: false } },
    indexOf,
  ),
  'ip link add veth1 address 02:00:00:00:00:12 mtu 1450 master br0 up type veth peer address 02:00:00:00:00:13 mtu 1450 name eth1 netns far':
    newLink(
      {
        kind: 'veth',
        name: 'veth1',
        mac: '02:00:00:00:00:12',
        mtu: 1450,
        master: 'br0',
        up: true,
        peer: { name: 'eth1', mac: '02:00:00:00:00:13', mtu: 1450, netnsFd: 4 },
      },
      indexOf,
    ),
  'ip link add veth2 type veth peer name veth3': newLink(
    { kind: 'veth', name: 'veth2', peer: { name: 'veth3' } },
    indexOf,
  ),
  'ip link add mac0 link veth0 type macvlan mode bridge': newLink(
    { kind: 'macvlan', name: 'mac0', parent: 'veth0', mode: 'bridge' },
    indexOf,
  ),
  'ip link add eth7 link br0 address 02:00:00:00:00:14 mtu 1400 netns far type macvlan mode private':
    newLink(
      {
        kind: 'macvlan',
        name: 'eth7',
        mac: '02:00:00:00:00:14',
        mtu: 1400,
        netnsFd: 4,
        parent: 'br0',
        mode: 'private',
      },
      indexOf,
    ),
  'ip link add mac2 link br0 type macvlan mode vepa': newLink(
    { kind: 'macvlan', name: 'mac2', parent: 'br0', mode: 'vepa' },
    indexOf,
  ),
  'ip link add mac3 link br0 type macvlan mode passthru': newLink(
    { kind: 'macvlan', name: 'mac3', parent: 'br0', mode: 'passthru' },
    indexOf,
  ),
  'ip link add eth8 link br0 mtu 1400 netns far type ipvlan mode l2': newLink(
    {
      kind: 'ipvlan',
      name: 'eth8',
      mtu: 1400,
      netnsFd: 4,
      parent: 'br0',
      mode: 'l2',
      flag: 'bridge',
    },
    indexOf,
  ),
  'ip link add ipv1 link br0 type ipvlan mode l3 private': newLink(
    { kind: 'ipvlan', name: 'ipv1', parent: 'br0', mode: 'l3', flag: 'private' },
    indexOf,
  ),
  'ip link add ipv2 link br0 type ipvlan mode l3s vepa': newLink(
    { kind: 'ipvlan', name: 'ipv2', parent: 'br0', mode: 'l3s', flag: 'vepa' },
    indexOf,
  ),
  'ip link add br0.10 link br0 up type vlan id 10': newLink(
    { kind: 'vlan', name: 'br0.10', parent: 'br0', id: 10, up: true },
    indexOf,
  ),
  'ip link add vx1 type vxlan id 43 dev br0 local 172.20.0.1 remote 172.20.0.9 dstport 4789 nolearning':
    newLink(
      {
        kind: 'vxlan',
        name: 'vx1',
        vxlan: {
          vni: 43,
          parent: 'br0',
          local: '172.20.0.1',
          remote: '172.20.0.9',
          port: 4789,
          learning: false,
        },
      },
      indexOf,
    ),
  'ip link add vx2 type vxlan id 44 local fd00::1 dstport 4790 learning': newLink(
    {
      kind: 'vxlan',
      name: 'vx2',
      vxlan: { vni: 44, local: 'fd00::1', port: 4790, learning: true },
    },
    indexOf,
  ),
  'ip link set dev veth0 up': changeLink(veth0, { up: true }, indexOf),
  'ip link set dev veth0 down': changeLink(veth0, { up: false }, indexOf),
  'ip link set dev veth0 address 02:00:00:00:00:22 mtu 1300 master br0': changeLink(
    veth0,
    { mac: '02:00:00:00:00:22', mtu: 1300, master: 'br0' },
    indexOf,
  ),
  'ip link set dev veth0 nomaster': changeLink(veth0, { master: null }, indexOf),
  'ip link set dev veth0 alias hello': changeLink(veth0, { alias: 'hello' }, indexOf),
  'ip link set dev veth2 netns far name eth2': changeLink(
    { index: 9 },
    { netnsFd: 4, name: 'eth2' },
    indexOf,
  ),
  'bridge link set dev veth0 hairpin on': changeBridgePort(3, { hairpin: true }),
  'bridge link set dev veth0 state 0': changeBridgePort(3, { state: 'disabled' }),
  'ip link delete dev br1': removeLink({ index: 5 }),
  'ip address add 10.1.2.3/24 brd + dev br0': newAddress(br0, '10.1.2.3/24'),
  'ip address add 127.0.0.9/8 dev lo': newAddress(1, '127.0.0.9/8'),
  'ip address add 10.1.3.1/32 dev br0': newAddress(br0, '10.1.3.1'),
  'ip address add fd01::5/64 dev br0 nodad': newAddress(br0, 'fd01::5/64'),
  'ip address delete 10.1.2.3/24 dev br0': removeAddress(br0, '10.1.2.3/24'),
  'ip address delete fd01::5/64 dev br0': removeAddress(br0, 'fd01::5/64'),
  'ip route add 10.9.0.0/16 via 172.20.0.9 metric 5 dev br0': newRoute(viaGateway, br0),
  'ip route add 10.8.0.0/16 dev br0': newRoute(onLink, br0),
  'ip route add default via 172.20.0.9': newRoute(
    { destination: 'default', family: 4, gateway: '172.20.0.9' },
    undefined,
  ),
  'ip route add 10.7.0.0/16 src 172.20.0.1 dev br0': newRoute(
    { destination: '10.7.0.0/16', family: 4, source: '172.20.0.1' },
    br0,
  ),
  'ip -6 route add default via fd00::9 dev br0': newRoute(
    { destination: '::/0', family: 6, gateway: 'fd00::9' },
    br0,
  ),
  'ip -6 route add fd09::/64 dev br0': newRoute(onLink6, br0),
  'ip route delete 10.9.0.0/16 via 172.20.0.9 metric 5 dev br0': removeRoute(viaGateway, br0),
  'ip route delete 10.8.0.0/16 dev br0': removeRoute(onLink, br0),
  'ip -6 route delete fd09::/64 dev br0': removeRoute(onLink6, br0),
  'ip neighbor replace 172.20.0.7 lladdr 02:00:00:00:00:77 dev br0': newNeighbor(br0, {
    link: 'br0',
    address: '172.20.0.7',
    mac: '02:00:00:00:00:77',
    permanent: true,
  }),
  'ip neighbor replace fd00::7 lladdr 02:00:00:00:00:77 dev br0 nud reachable': newNeighbor(br0, {
    link: 'br0',
    address: 'fd00::7',
    mac: '02:00:00:00:00:77',
  }),
  'ip neighbor delete 172.20.0.7 dev br0': removeNeighbor(br0, '172.20.0.7'),
  'bridge fdb replace 02:00:00:00:00:99 dev vx0 dst 172.20.0.5 self permanent': newFdb(
    4,
    vxlanEntry,
  ),
  'bridge fdb append 00:00:00:00:00:00 dev vx0 dst fd00::5 self permanent': newFdb(4, {
    link: 'vx0',
    mac: '00:00:00:00:00:00',
    destination: 'fd00::5',
  }),
  'bridge fdb replace 02:00:00:00:00:98 dev veth0 master static': newFdb(3, bridgeEntry),
  'bridge fdb delete 02:00:00:00:00:99 dev vx0 dst 172.20.0.5 self permanent': removeFdb(
    4,
    vxlanEntry,
  ),
  'bridge fdb delete 02:00:00:00:00:98 dev veth0 master static': removeFdb(3, bridgeEntry),
};

describe('requests are byte for byte those of iproute2', () => {
  for (const { command, hex } of requests) {
    it(command, () => {
      const theirs = Buffer.from(hex, 'hex');
      const out = new MessageWriter(16);
      out.message(ours[command], NLM_F_REQUEST | NLM_F_ACK, theirs.readUInt32LE(8));
      expect(out.bytes.toString('hex', 0, out.length)).to.equal(hex);
    });
  }
});

describe('what can not be sent is refused before', () => {
  const refused: readonly (readonly [string, () => unknown])[] = [
    ['an empty name', () => newLink({ kind: 'dummy', name: '' }, indexOf)],
    ['16 bytes', () => newLink({ kind: 'dummy', name: 'sixteen-bytes-ab' }, indexOf)],
    ['16 bytes in 8 letters', () => newLink({ kind: 'dummy', name: 'éééééééé' }, indexOf)],
    ['a slash', () => newLink({ kind: 'dummy', name: 'a/b' }, indexOf)],
    ['a zero byte', () => newLink({ kind: 'dummy', name: 'a\0b' }, indexOf)],
    ['white space', () => newLink({ kind: 'dummy', name: 'a b' }, indexOf)],
    ['the folder itself', () => newLink({ kind: 'dummy', name: '.' }, indexOf)],
    ['the folder above', () => newLink({ kind: 'dummy', name: '..' }, indexOf)],
    ["a peer's bad name", () => newLink({ kind: 'veth', name: 'a', peer: { name: '' } }, indexOf)],
    ['a short MAC', () => changeLink(veth0, { mac: '02:00' }, indexOf)],
    ['a long alias', () => changeLink(veth0, { alias: 'x'.repeat(256) }, indexOf)],
    ['a bad address', () => newAddress(1, '10.0.0.256/8')],
    ['a bad length', () => newAddress(1, '10.0.0.1/33')],
    ['two lengths', () => newAddress(1, '10.0.0.1/8/8')],
    ['a zone', () => newAddress(1, 'fe80::1%eth0/64')],
    ['another family', () => newRoute({ destination: '10.0.0.0/8', family: 6 }, 1)],
  ];
  for (const [what, act] of refused) {
    it(what, () => {
      expect(act).to.throw(TypeError);
    });
  }
  it('but 15 bytes are a name', () => {
    expect(() => newLink({ kind: 'dummy', name: 'fifteen-bytes-a' }, indexOf)).not.to.throw();
  });
});
