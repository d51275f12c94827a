import { expect } from 'chai';
import { forwardingOwner, linkOwner } from '../../src/cnm/firewall/model.js';
import { networkLabel } from '../../src/drivers/bridge/labels.js';
import { bridgeNetwork, firewalled } from '../../src/drivers/bridge/network.js';
import type { Namespace } from '../world/namespace.js';
import { networkRecord, subnet4, subnet6 } from '../world/records.js';
import { needsRoot } from '../world/root.js';
import { type BridgedContainer, BridgeHost, publish } from './bridge-host.js';
import type { WorldFirewall } from './world-kernel.js';

const idOf = (digit: string) => digit.repeat(12).padEnd(64, '0');
const families = [4, 6] as const;
const hostAddress = { 4: '192.0.2.2', 6: '2001:db8:1::2' };
const farAddress = { 4: '203.0.113.7', 6: '2001:db8:9::7' };

/** What settings and policies beside networks and ports do to packets, in both families. */
describe('firewall policies', () => {
  let host: BridgeHost;
  let neighbour: Namespace;
  let web: BridgedContainer;

  before(function () {
    needsRoot.call(this);
  });
  afterEach(async () => {
    await host?.[Symbol.asyncDispose]();
  });

  /** A network with the container `web` (80 published as 8080, 81 not), and a neighbour that knows the way there. */
  async function open(settings: WorldFirewall = {}, before?: 'router'): Promise<void> {
    host = await BridgeHost.create(settings);
    // Of a host that was a router already, the driver leaves what is forwarded for others alone.
    for (const key of before ? ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'] : []) {
      await host.world.host.sysctl(key, '1');
    }
    neighbour = await host.world.neighbour();
    const network = host.network(
      networkRecord({ id: idOf('a'), subnets: [subnet4(30), subnet6(30)] }),
    );
    web = await host.container('web', network, [
      publish(8080, 80),
      publish(8080, 80, { hostIp: '::' }),
    ]);
    await web.namespace.echo('tcp/80', 'tcp/81');
    await host.world.outside.echo('tcp/7');
    await neighbour.must('ip route add 172.30.0.0/16 via 192.0.2.2');
    await neighbour.must('ip -6 route add fd00:30::/64 via 2001:db8:1::2');
  }

  const addressOf = ({ draft }: BridgedContainer, family: 4 | 6) =>
    (family === 4 ? draft.interface.ipv4 : draft.interface.ipv6)?.split('/')[0] ?? '';

  /** Another network of the host that is none of ours, with a server behind it that knows the way back. */
  async function foreign(): Promise<Namespace> {
    const server = await host.world.namespace('foreign');
    const { host: itself } = host.world;
    await itself.must(`ip link add other type veth peer name eth0 netns ${server.path}`);
    for (const [machine, link, four, six] of [
      [itself, 'other', '203.0.113.1/24', '2001:db8:9::1/64'],
      [server, 'eth0', '203.0.113.7/24', '2001:db8:9::7/64'],
    ] as const) {
      await machine.must(`ip addr add ${four} dev ${link}`);
      await machine.must(`ip -6 addr add ${six} dev ${link} nodad`);
      await machine.sysctl(`net/ipv6/conf/${link}/accept_dad`, '0');
      await machine.must(`ip link set ${link} up`);
    }
    await server.must('ip route add default via 203.0.113.1');
    await server.must('ip -6 route add default via 2001:db8:9::1');
    await neighbour.must('ip route add 203.0.113.0/24 via 192.0.2.2');
    await neighbour.must('ip -6 route add 2001:db8:9::/64 via 2001:db8:1::2');
    await server.echo('tcp/9');
    return server;
  }

  it('forwarding: nothing between others, and our networks as before', async () => {
    await open({}, 'router');
    const server = await foreign();
    const ours = async (family: 4 | 6) => [
      await neighbour.ask('tcp', hostAddress[family], 8080),
      await web.namespace.ask('tcp', family === 4 ? '192.0.2.1' : '2001:db8:1::1', 7),
      await web.namespace.ask('tcp', farAddress[family], 9),
      await server.ask('tcp', hostAddress[family], 8080),
      await host.world.host.ask('tcp', addressOf(web, family), 81),
    ];
    const asBefore = [/^web /, /^outside /, /^foreign /, /^web /, /^web /];
    for (const family of families) {
      expect(await neighbour.ask('tcp', farAddress[family], 9)).to.match(/^foreign /);
      host.policy({ kind: 'forwarding', owner: forwardingOwner(family), family });
      expect(await neighbour.ask('tcp', farAddress[family], 9)).to.equal('timeout');
      const answers = await ours(family);
      for (const [i, answer] of answers.entries()) expect(answer).to.match(asBefore[i] ?? /^$/);
    }
  });

  it('accept mark: what an earlier chain has marked is let in, what it has not is not', async () => {
    await open({ allowDirectRouting: true, acceptMark: { value: 4, mask: 12 } });
    for (const family of families) {
      const target = addressOf(web, family);
      expect(await neighbour.ask('tcp', target, 81)).to.equal('timeout');
      const header = family === 4 ? 'ip' : 'ip6';
      const mark = (value: number) =>
        host.world.host.must(
          `nft add rule inet tsnet-user tsnet-user ${header} daddr ${target} tcp dport 81 meta mark set ${value}`,
        );
      await mark(8);
      expect(await neighbour.ask('tcp', target, 81)).to.equal('timeout');
      await mark(0xf5);
      expect(await neighbour.ask('tcp', target, 81)).to.match(/^web /);
    }
  });

  it('tsnet-user: a drop is final, whatever is published; a rebuild leaves it alone', async () => {
    await open();
    const { host: itself } = host.world;
    for (const family of families) {
      expect(await neighbour.ask('tcp', hostAddress[family], 8080)).to.match(/^web /);
    }
    await itself.must('nft add rule inet tsnet-user tsnet-user iifname eth0 ct state new drop');
    for (const family of families) {
      expect(await neighbour.ask('tcp', hostAddress[family], 8080)).to.equal('timeout');
    }
    const before = await itself.must('nft list table inet tsnet-user');
    host.kernel.firewall.repair();
    expect(await itself.must('nft list table inet tsnet-user')).to.equal(before);
    expect(before).to.contain('iifname "eth0" ct state new drop');
  });

  it('direct routing: published ports at the container’s own address, and no others', async () => {
    await open({ allowDirectRouting: true });
    for (const family of families) {
      const target = addressOf(web, family);
      expect(await neighbour.ask('tcp', target, 80)).to.match(/^web /);
      expect(await neighbour.ask('tcp', target, 81)).to.equal('timeout');
    }
  });

  for (const internal of [false, true]) {
    it(`links: one way to one port, ICC off${internal ? ', internal' : ''}`, async () => {
      await open();
      const options = { [networkLabel.icc]: 'false' };
      const record = networkRecord({
        id: idOf('c'),
        subnets: [subnet4(32), subnet6(32)],
        internal,
        options,
      });
      // Frames have to visit the rules of links, as with Docker.
      for (const tables of ['iptables', 'ip6tables']) {
        await host.world.host.sysctl(`net/bridge/bridge-nf-call-${tables}`, '1');
      }
      const network = host.network(record);
      const client = await host.container('client', network);
      const server = await host.container('server', network);
      await server.namespace.echo('tcp/80', 'tcp/81');
      await client.namespace.echo('tcp/80');
      for (const family of families) {
        const target = addressOf(server, family);
        expect(await client.namespace.ask('tcp', target, 80)).to.equal('timeout');
        host.policy({
          kind: 'link',
          owner: linkOwner(`${family}`, server.draft.id),
          network: firewalled(bridgeNetwork(record)),
          client: { family, address: addressOf(client, family) },
          server: { family, address: target },
          ports: [{ protocol: 'tcp', port: 80 }],
        });
        expect(await client.namespace.ask('tcp', target, 80)).to.match(/^server /);
        expect(await client.namespace.ask('tcp', target, 81)).to.equal('timeout');
        expect(await server.namespace.ask('tcp', addressOf(client, family), 80)).to.equal(
          'timeout',
        );
      }
    });
  }

  it('ranges keep their numbers, shifted ones move, and an exact port goes first', async () => {
    await open();
    const network = networkRecord({ id: idOf('e'), subnets: [subnet4(33)] });
    host.network(network);
    const range = await host.container('range', network, [
      { ...publish(20_000, 20_000), count: 10_000 },
      { ...publish(9_000, 80), count: 10 },
    ]);
    const exact = await host.container('exact', network, [publish(25_000, 80)]);
    await range.namespace.echo('tcp/20000', 'tcp/29999', 'tcp/24999', 'tcp/25000', 'tcp/85');
    await exact.namespace.echo('tcp/80');
    const ask = (port: number) => neighbour.ask('tcp', hostAddress[4], port);
    for (const port of [20_000, 24_999, 29_999, 9_005]) {
      expect(await ask(port), `${port}`).to.match(/^range /);
    }
    expect(await ask(25_000)).to.match(/^exact /);
    expect(await ask(9_006)).to.equal('refused');
    expect(await ask(30_000)).to.equal('refused');
  });

  for (const userlandProxy of [true, false]) {
    it(`::1 and link-local clients with the proxy ${userlandProxy ? 'on' : 'off'}`, async () => {
      await open({ userlandProxy });
      const { host: itself } = host.world;
      // Nothing but the rules is there: what they leave to the proxy is refused.
      expect(await itself.ask('tcp', '::1', 8080)).to.equal('refused');
      expect(await itself.ask('tcp', '127.0.0.1', 8080)).to.match(/^web /);
      expect(await itself.ask('tcp', hostAddress[6], 8080)).to.match(/^web /);
      await itself.must('ip -6 addr add fe80::2/64 dev eth0 nodad');
      await neighbour.must('ip -6 addr add fe80::3/64 dev eth0 nodad');
      const answer = await neighbour.ask('tcp', 'fe80::2%eth0', 8080);
      if (userlandProxy) expect(answer).to.equal('refused');
      else expect(answer).to.not.equal('refused');
    });
  }

  it('loopback of the host can’t be reached from the wire, in either family', async () => {
    await open();
    await neighbour.must('ip addr del 127.0.0.1/8 dev lo');
    await neighbour.must('ip route add 127.0.0.1 via 192.0.2.2');
    await neighbour.sysctl('net/ipv4/conf/eth0/route_localnet', '1');
    await neighbour.must('ip -6 addr del ::1/128 dev lo');
    await neighbour.must('ip -6 route add ::1 via 2001:db8:1::2 dev eth0');
    expect(await neighbour.ask('tcp', '127.0.0.1', 8080)).to.equal('timeout');
    expect(await neighbour.ask('tcp', '::1', 8080)).to.not.match(/web|refused/);
  });
});
