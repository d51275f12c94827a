import { expect } from 'chai';
import {
  type FirewallPolicy,
  forwardingOwner,
  linkOwner,
  portsOwner,
} from '../../src/cnm/firewall/model.js';
import { networkLabel } from '../../src/drivers/bridge/labels.js';
import { bridgeNetwork, firewalled } from '../../src/drivers/bridge/network.js';
import { type BridgedContainer, BridgeHost, publish } from '../bridge/bridge-host.js';
import type { WorldFirewall } from '../bridge/world-kernel.js';
import type { Namespace } from '../world/namespace.js';
import { networkRecord, subnet4, subnet6 } from '../world/records.js';
import { needsRoot } from '../world/root.js';

const families = [4, 6] as const;
const hostAddress = { 4: '192.0.2.2', 6: '2001:db8:1::2' } as const;
const outsideAddress = { 4: '192.0.2.1', 6: '2001:db8:1::1' } as const;
const tool = { 4: 'iptables', 6: 'ip6tables' } as const;

/** What settings and policies beside networks and ports do to packets, in both families. */
for (const variant of ['nft', 'legacy'] as const) {
  describe(`policies by iptables-${variant}`, () => {
    let host: BridgeHost;
    let neighbour: Namespace;
    let web: BridgedContainer;
    let friend: BridgedContainer;
    let network: ReturnType<typeof firewalled>;

    before(function () {
      needsRoot.call(this);
    });
    afterEach(async () => {
      await host?.[Symbol.asyncDispose]();
    });

    /** A network with `web`, of which 80 is published as 8080 and 81 is not, and `friend`; a neighbour that knows the way. */
    async function open(
      settings: WorldFirewall = {},
      options: Record<string, string> = {},
    ): Promise<void> {
      host = await BridgeHost.create({ iptables: variant, ...settings });
      for (const tables of ['iptables', 'ip6tables'])
        await host.world.host.sysctl(`net/bridge/bridge-nf-call-${tables}`, '1');
      neighbour = await host.world.neighbour();
      const record = networkRecord({ subnets: [subnet4(30), subnet6(30)], options });
      network = firewalled(bridgeNetwork(host.network(record)));
      web = await host.container('web', record, [
        publish(8080, 80),
        publish(8080, 80, { hostIp: '::' }),
      ]);
      friend = await host.container('friend', record);
      await web.namespace.echo('tcp/80', 'tcp/81');
      await host.world.outside.echo('tcp/7');
      for (const place of [neighbour, host.world.outside]) {
        await place.must('ip route add 172.30.0.0/16 via 192.0.2.2');
        await place.must('ip -6 route add fd00:30::/64 via 2001:db8:1::2');
      }
    }

    const install = (...policies: readonly FirewallPolicy[]) =>
      host.kernel.firewall.install(policies);
    const addressOf = ({ draft }: BridgedContainer, family: 4 | 6) =>
      (family === 4 ? draft.interface.ipv4 : draft.interface.ipv6)?.split('/')[0] ?? '';
    const run = (family: 4 | 6, line: string) =>
      host.world.host.must(`${tool[family]}-${variant} ${line}`);

    it('FORWARD drops what is for others, and our networks work as before', async () => {
      await open();
      for (const family of families) {
        install({ kind: 'forwarding', owner: `${forwardingOwner(family)}/x`, family });
        expect(await run(family, '-S FORWARD')).to.match(/^-P FORWARD DROP/);
        expect(await neighbour.ask('tcp', hostAddress[family], 8080)).to.match(/^web /);
        expect(await friend.namespace.ask('tcp', addressOf(web, family), 81)).to.match(/^web /);
        expect(await web.namespace.ask('tcp', outsideAddress[family], 7)).to.match(/^outside /);
        expect(await friend.namespace.ask('tcp', hostAddress[family], 8080)).to.match(/^web /);
        host.kernel.firewall.remove([`${forwardingOwner(family)}/x`]);
        expect(await run(family, '-S FORWARD')).to.match(/^-P FORWARD DROP/);
      }
    });

    it('a mark that the admin sets lets in, another does not', async () => {
      await open({ allowDirectRouting: true, acceptMark: { value: 4, mask: 12 } });
      for (const family of families) {
        const target = addressOf(web, family);
        const mark = (value: number) =>
          run(family, `-t mangle -A PREROUTING -p tcp --dport 81 -j MARK --set-mark ${value}`);
        await mark(8);
        expect(await neighbour.ask('tcp', target, 81)).to.equal('timeout');
        await mark(0xf5);
        expect(await neighbour.ask('tcp', target, 81)).to.match(/^web /);
      }
    });

    it('direct routing: published ports only', async () => {
      await open({ allowDirectRouting: true });
      for (const family of families) {
        const ask = (port: number) => neighbour.ask('tcp', addressOf(web, family), port);
        expect(await Promise.all([80, 81].map(ask))).to.deep.equal([
          `web ${family === 4 ? '192.0.2.3' : '2001:db8:1::3'}`,
          'timeout',
        ]);
      }
    });

    it('a link opens one way and one port, where ICC is off', async () => {
      await open({}, { [networkLabel.icc]: 'false' });
      await friend.namespace.echo('tcp/80');
      for (const family of families) {
        const client = { family, address: addressOf(friend, family) };
        const server = { family, address: addressOf(web, family) };
        const ask = (port: number) => friend.namespace.ask('tcp', server.address, port);
        expect(await ask(80)).to.equal('timeout');
        const owner = `${linkOwner(friend.draft.id, web.draft.id)}/${family}`;
        install({
          ...{ kind: 'link', owner, network, client, server },
          ports: [{ protocol: 'tcp', port: 80 }],
        });
        expect(await Promise.all([80, 81].map(ask))).to.deep.equal([
          `web ${client.address}`,
          'timeout',
        ]);
        const back = web.namespace.ask('tcp', client.address, 80, { localPort: 8888 });
        expect(await back).to.equal('timeout');
        host.kernel.firewall.remove([owner]);
        expect(await ask(80)).to.equal('timeout');
      }
    });

    it('a network that does not masquerade gets answers, and is not addressed directly', async () => {
      await open({}, { [networkLabel.masquerade]: 'false' });
      for (const family of families) {
        const target = addressOf(web, family);
        // A new world's switch may not yet pass on what finds the MAC address of outside.
        const ask = () => web.namespace.ask('tcp', outsideAddress[family], 7);
        const first = await ask();
        expect(first === 'timeout' ? await ask() : first).to.equal(`outside ${target}`);
        expect(await neighbour.ask('tcp', target, 80)).to.equal('timeout');
      }
    });

    it('ranges of both families, shifted and not', async () => {
      await open();
      await web.namespace.echo('tcp/1000', 'tcp/1999', 'tcp/30500');
      for (const family of families) {
        const to = { family, address: addressOf(web, family), protocol: 'tcp' } as const;
        const from = { ...to, hostIp: family === 4 ? '0.0.0.0' : '::' };
        install({
          ...{ kind: 'ports', owner: `${portsOwner(web.draft.id)}/${family}`, network },
          forwards: [
            { ...from, hostPorts: [20000, 20999], containerPorts: [1000, 1999] },
            { ...from, hostPorts: [30000, 39999], containerPorts: [30000, 39999] },
          ],
          openings: [
            { ...to, ports: [1000, 1999] },
            { ...to, ports: [30000, 39999] },
          ],
        });
        const ask = (port: number) => neighbour.ask('tcp', hostAddress[family], port);
        const answers = await Promise.all([20000, 20999, 30500].map(ask));
        for (const answer of answers) expect(answer).to.match(/^web /);
        expect(await ask(21000)).to.equal('refused');
      }
    });
  });
}
