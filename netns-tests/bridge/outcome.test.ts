import { expect } from 'chai';
import { networkLabel } from '../../src/drivers/bridge/labels.js';
import type { Namespace } from '../world/namespace.js';
import { networkRecord, subnet4, subnet6 } from '../world/records.js';
import { needsRoot } from '../world/root.js';
import { type BridgedContainer, BridgeHost, publish } from './bridge-host.js';

const idOf = (digit: string) => digit.repeat(12).padEnd(64, '0');

/** Programs that the firewall is told by, and how to take a protection of an address family out of each. */
const programs = [
  {
    program: 'nftables',
    firewall: {},
    openDirect: ['ip', 'ip6'].map((table) => `nft flush chain ${table} tsnet mangle-PREROUTING`),
    openLoopback: 'nft flush chain ip tsnet raw-PREROUTING',
  },
  ...(['nft', 'legacy'] as const).map((iptables) => ({
    program: `iptables-${iptables}`,
    firewall: { iptables },
    openDirect: ['iptables', 'ip6tables'].map((tool) => `${tool}-${iptables} -t raw -F`),
    openLoopback: `iptables-${iptables} -t raw -F`,
  })),
];

/** Who may reach whom on a host in `nat` mode, with frames that visit the IP firewall and without. */
for (const { program, firewall, frames, openDirect, openLoopback } of programs.flatMap((each) =>
  ['filtered', 'unseen'].map((frames) => ({ ...each, frames })),
)) {
  for (const family of [4, 6] as const) {
    describe(`${program}: mode nat, IPv${family}, bridged frames ${frames}`, () => {
      const addressOf =
        family === 4
          ? {
              lan: (n: number) => `192.0.2.${n}`,
              net: (s: number, n: number) => `172.${s}.0.${n}`,
              any: '0.0.0.0',
              all: '/16',
            }
          : {
              lan: (n: number) => `2001:db8:1::${n}`,
              net: (s: number, n: number) => `fd00:${s}::${n}`,
              any: '::',
              all: '/64',
            };
      const hostAddress = addressOf.lan(2);
      let host: BridgeHost;
      let outside: Namespace;
      let neighbour: Namespace;
      let web: BridgedContainer;
      let friend: BridgedContainer;
      let stranger: BridgedContainer;
      let loner: BridgedContainer;
      let otherLoner: BridgedContainer;
      let inner: BridgedContainer;
      let otherInner: BridgedContainer;

      before(async function () {
        needsRoot.call(this);
        host = await BridgeHost.create(firewall);
        outside = host.world.outside;
        neighbour = await host.world.neighbour();
        const value = frames === 'filtered' ? '1' : '0';
        for (const tables of ['iptables', 'ip6tables']) {
          await host.world.host.sysctl(`net/bridge/bridge-nf-call-${tables}`, value);
        }
        const subnets = (number: number) => [subnet4(number), subnet6(number)];
        const main = host.network(networkRecord({ id: idOf('a'), subnets: subnets(30) }));
        const other = host.network(networkRecord({ id: idOf('b'), subnets: subnets(31) }));
        const apart = host.network(
          networkRecord({
            id: idOf('c'),
            subnets: subnets(32),
            options: { [networkLabel.icc]: 'false' },
          }),
        );
        const internal = host.network(
          networkRecord({ id: idOf('d'), subnets: subnets(33), internal: true }),
        );
        const hostIp = addressOf.any;
        web = await host.container('web', main, [
          publish(8080, 80, { hostIp }),
          publish(8081, 80, { hostIp: hostAddress }),
          publish(5353, 53, { hostIp, protocol: 'udp' }),
          ...(family === 4 ? [publish(8082, 82, { hostIp: '127.0.0.1' })] : []),
        ]);
        friend = await host.container('friend', main);
        stranger = await host.container('stranger', other);
        loner = await host.container('loner', apart, [publish(8090, 90, { hostIp })]);
        otherLoner = await host.container('other-loner', apart);
        inner = await host.container('inner', internal, [publish(8099, 80, { hostIp })]);
        otherInner = await host.container('other-inner', internal);
        await Promise.all([
          web.namespace.echo('tcp/80', 'udp/53', 'tcp/81', 'tcp/82'),
          friend.namespace.echo('tcp/80'),
          loner.namespace.echo('tcp/90'),
          inner.namespace.echo('tcp/80'),
          host.world.host.echo('tcp/22'),
          outside.echo('tcp/7', 'udp/7'),
        ]);
        // The LAN knows a way to the containers; only the host's firewall is between them.
        for (const subnet of [30, 31, 32, 33]) {
          const block = `${addressOf.net(subnet, 0).replace(/::0$/, '::')}${addressOf.all}`;
          await neighbour.must(`ip -${family} route add ${block} via ${hostAddress}`);
        }
      });
      after(async () => {
        await host?.[Symbol.asyncDispose]();
      });

      const net = (subnet: number, { draft }: BridgedContainer) =>
        addressOf.net(subnet, Number.parseInt(draft.id.slice(1, 3), 16));

      it('LAN -> published port of the host', async () => {
        const from = `web ${addressOf.lan(3)}`;
        expect(await neighbour.ask('tcp', hostAddress, 8080)).to.equal(from);
        expect(await neighbour.ask('tcp', hostAddress, 8081)).to.equal(from);
        expect(await neighbour.ask('udp', hostAddress, 5353)).to.equal(from);
      });

      it('LAN -> unpublished port of the host', async () => {
        expect(await neighbour.ask('tcp', hostAddress, 80)).to.equal('refused');
      });

      it('LAN -> container address: not even a published port or a ping', async () => {
        const target = net(30, web);
        const answers = await Promise.all([
          neighbour.ask('tcp', target, 80),
          neighbour.ask('tcp', target, 81),
          neighbour.pings(target),
        ]);
        expect(answers).to.deep.equal(['timeout', 'timeout', false]);
      });

      it('LAN -> container address: what stops published ports is one rule', async () => {
        for (const command of openDirect) await host.world.host.must(command);
        try {
          const answers = [80, 81].map((port) => neighbour.ask('tcp', net(30, web), port));
          expect(await Promise.all(answers)).to.deep.equal([`web ${addressOf.lan(3)}`, 'timeout']);
        } finally {
          host.kernel.firewall.repair();
        }
        expect(await neighbour.ask('tcp', net(30, web), 80)).to.equal('timeout');
      });

      it('host -> container address, any port', async () => {
        const { host: itself } = host.world;
        expect(await itself.ask('tcp', net(30, web), 80)).to.match(/^web /);
        expect(await itself.ask('tcp', net(30, web), 81)).to.match(/^web /);
        expect(await itself.pings(net(33, inner))).to.equal(true);
      });

      it('host -> its own published port', async () => {
        const { host: itself } = host.world;
        expect(await itself.ask('tcp', hostAddress, 8080)).to.match(/^web /);
        expect(await itself.ask('udp', hostAddress, 5353)).to.match(/^web /);
        if (family === 4) {
          expect(await itself.ask('tcp', '127.0.0.1', 8080)).to.equal('web 172.30.0.1');
          expect(await itself.ask('tcp', '127.0.0.1', 8082)).to.equal('web 172.30.0.1');
          expect(await itself.ask('tcp', hostAddress, 8082)).to.equal('refused');
        }
      });

      it('container -> neighbour on the same bridge', async () => {
        expect(await friend.namespace.ask('tcp', net(30, web), 81)).to.equal(
          `web ${net(30, friend)}`,
        );
        expect(await friend.namespace.pings(net(30, web))).to.equal(true);
      });

      it('container -> neighbour with ICC off, by wire or by the gateway', async () => {
        const from = otherLoner.namespace;
        const target = net(32, loner);
        const byWire = await Promise.all([from.ask('tcp', target, 90), from.pings(target)]);
        expect(byWire[0]).to.match(/timeout|EHOSTUNREACH/);
        expect(byWire[1]).to.equal(false);
        expect(await from.pings(addressOf.net(32, 1))).to.equal(true);
        const route = `${target} via ${addressOf.net(32, 1)}`;
        await from.must(`ip -${family} route add ${route}`);
        expect(await from.ask('tcp', target, 90)).to.equal('timeout');
        await from.must(`ip -${family} route del ${route}`);
      });

      it('container -> published port of a neighbour with ICC off', async () => {
        expect(await otherLoner.namespace.ask('tcp', hostAddress, 8090)).to.match(/^loner /);
      });

      it('container -> container on another bridge', async () => {
        const from = stranger.namespace;
        const target = net(30, web);
        const answers = await Promise.all([from.ask('tcp', target, 80), from.pings(target)]);
        expect(answers).to.deep.equal(['timeout', false]);
      });

      it('container -> published port of another bridge by an address of the host', async () => {
        for (const address of [hostAddress, addressOf.net(31, 1), addressOf.net(30, 1)]) {
          expect(await stranger.namespace.ask('tcp', address, 8080), address).to.match(/^web /);
        }
        expect(await stranger.namespace.ask('udp', hostAddress, 5353)).to.match(/^web /);
      });

      it('container -> its own and its neighbour’s published port, again and again', async () => {
        for (const { namespace } of [web, friend, web, friend]) {
          expect(await namespace.ask('tcp', hostAddress, 8080)).to.match(/^web /);
          expect(await namespace.ask('udp', addressOf.net(30, 1), 5353)).to.match(/^web /);
        }
        const learned = await friend.namespace.must(`ip -${family} route get ${hostAddress}`);
        expect(learned).to.contain(`via ${addressOf.net(30, 1)}`);
      });

      it('container -> outside, which sees the host', async () => {
        const seen = `outside ${hostAddress}`;
        expect(await web.namespace.ask('tcp', addressOf.lan(1), 7)).to.equal(seen);
        expect(await stranger.namespace.ask('udp', addressOf.lan(1), 7)).to.equal(seen);
        expect(await web.namespace.pings(addressOf.lan(1))).to.equal(true);
      });

      it('container -> service on the bridge address of the host', async () => {
        expect(await web.namespace.ask('tcp', addressOf.net(30, 1), 22)).to.equal(
          `host ${net(30, web)}`,
        );
        expect(await inner.namespace.ask('tcp', addressOf.net(33, 1), 22)).to.equal(
          `host ${net(33, inner)}`,
        );
      });

      it('internal network: neighbours and the bridge, nothing else', async () => {
        expect(await otherInner.namespace.ask('tcp', net(33, inner), 80)).to.equal(
          `inner ${net(33, otherInner)}`,
        );
        await inner.namespace.must(`ip -${family} route add default via ${addressOf.net(33, 1)}`);
        const answers = await Promise.all([
          inner.namespace.ask('tcp', addressOf.lan(1), 7),
          inner.namespace.ask('tcp', hostAddress, 8080),
          inner.namespace.ask('tcp', net(30, web), 80),
          neighbour.ask('tcp', net(33, inner), 80),
          neighbour.ask('tcp', hostAddress, 8099),
          stranger.namespace.ask('tcp', net(33, inner), 80),
        ]);
        expect(answers).to.deep.equal([
          'timeout',
          'timeout',
          'timeout',
          'timeout',
          'refused',
          'timeout',
        ]);
      });

      if (family === 4) {
        it('LAN -> port that is published on 127.0.0.1', async () => {
          // A neighbour without a loopback of its own sends packets for 127.0.0.1 to the host.
          await neighbour.must('ip addr del 127.0.0.1/8 dev lo');
          await neighbour.must('ip route add 127.0.0.1 via 192.0.2.2');
          await neighbour.sysctl('net/ipv4/conf/eth0/route_localnet', '1');
          expect(await neighbour.ask('tcp', '127.0.0.1', 8082)).to.equal('timeout');
          await host.world.host.must(openLoopback);
          try {
            expect(await neighbour.ask('tcp', '127.0.0.1', 8082)).to.equal('web 192.0.2.3');
          } finally {
            host.kernel.firewall.repair();
          }
        });
      }
    });
  }
}
