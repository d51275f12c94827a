import { expect } from 'chai';
import { networkLabel } from '../../src/drivers/bridge/labels.js';
import type { Namespace } from '../world/namespace.js';
import { networkRecord, subnet4 } from '../world/records.js';
import { needsRoot } from '../world/root.js';
import { type BridgedContainer, BridgeHost, publish } from './bridge-host.js';

/** Modes other than `nat`, by IPv4: what differs from it. Port 80 is published as 8080, port 81 is not. */
for (const firewall of [{}, { iptables: 'nft' }, { iptables: 'legacy' }] as const) {
  describe(`gateway modes, ${'iptables' in firewall ? `iptables-${firewall.iptables}` : 'nftables'}`, () => {
    let host: BridgeHost;
    let neighbour: Namespace;

    before(async function () {
      needsRoot.call(this);
      host = await BridgeHost.create(firewall);
      neighbour = await host.world.neighbour();
      await host.world.outside.echo('tcp/7');
      await host.world.host.echo('tcp/22');
      await neighbour.must('ip route add 172.16.0.0/12 via 192.0.2.2');
      await host.world.outside.must('ip route add 172.16.0.0/12 via 192.0.2.2');
    });
    after(async () => {
      await host?.[Symbol.asyncDispose]();
    });

    /** A network of 172.`second`.0.0/16 with a container that echoes. */
    async function container(
      mode: string,
      second: number,
      more: { internal?: boolean; options?: Record<string, string> } = {},
    ): Promise<{ container: BridgedContainer; address: string }> {
      const network = host.network(
        networkRecord({
          id: mode.replace(/\W/g, '').padEnd(12, '0').padEnd(64, '1'),
          subnets: [subnet4(second)],
          internal: more.internal ?? false,
          options: { [networkLabel.gatewayMode4]: mode, ...more.options },
        }),
      );
      const made = await host.container(mode, network, [publish(8080 + second, 80)]);
      await made.namespace.echo('tcp/80', 'tcp/81');
      return { container: made, address: made.draft.interface.ipv4?.split('/')[0] ?? '' };
    }

    it('nat-unprotected: all of the container for whoever finds the way', async () => {
      const { container: open, address } = await container('nat-unprotected', 20);
      expect(
        await Promise.all([
          neighbour.ask('tcp', '192.0.2.2', 8100),
          neighbour.ask('tcp', address, 80),
          neighbour.ask('tcp', address, 81),
          neighbour.pings(address),
          open.namespace.ask('tcp', '192.0.2.1', 7),
        ]),
      ).to.deep.equal([
        'nat-unprotected 192.0.2.3',
        'nat-unprotected 192.0.2.3',
        'nat-unprotected 192.0.2.3',
        true,
        'outside 192.0.2.2',
      ]);
    });

    it('routed: published ports and pings at the container’s address, no translation', async () => {
      const { container: routed, address } = await container('routed', 21);
      expect(
        await Promise.all([
          neighbour.ask('tcp', '192.0.2.2', 8101),
          neighbour.ask('tcp', address, 80),
          neighbour.ask('tcp', address, 81),
          neighbour.pings(address),
          routed.namespace.ask('tcp', '192.0.2.1', 7),
        ]),
      ).to.deep.equal(['refused', 'routed 192.0.2.3', 'timeout', true, `outside ${address}`]);
    });

    it('isolated: not even the host', async () => {
      const { container: isolated, address } = await container('isolated', 22, { internal: true });
      const { host: itself } = host.world;
      expect(await itself.ip('-4 addr show dev br-isolated0000')).to.deep.equal([]);
      const answers = await Promise.all([
        itself.ask('tcp', address, 80),
        isolated.namespace.ask('tcp', '172.22.0.1', 22),
        neighbour.ask('tcp', address, 80),
      ]);
      for (const answer of answers) expect(answer).to.match(/timeout|EHOSTUNREACH|ENETUNREACH/);
    });

    it('nat with a chosen source address', async () => {
      await host.world.host.must('ip addr add 192.0.2.77/24 dev eth0');
      const options = { [networkLabel.snat4]: '192.0.2.77' };
      const { container: chosen } = await container('nat', 23, { options });
      expect(await chosen.namespace.ask('tcp', '192.0.2.1', 7)).to.equal('outside 192.0.2.77');
    });

    it('nat without masquerading: the container’s own address', async () => {
      const network = host.network(
        networkRecord({
          id: 'plain'.padEnd(64, '2'),
          subnets: [subnet4(24)],
          options: { [networkLabel.masquerade]: 'false' },
        }),
      );
      const { namespace, draft } = await host.container('plain', network);
      const address = draft.interface.ipv4?.split('/')[0];
      expect(await namespace.ask('tcp', '192.0.2.1', 7)).to.equal(`outside ${address}`);
    });

    it('nat with a trusted interface: published ports at the container’s address', async () => {
      const network = host.network(
        networkRecord({
          id: 'trusting'.padEnd(64, '3'),
          subnets: [subnet4(25)],
          options: { [networkLabel.trustedHostInterfaces]: 'eth0' },
        }),
      );
      const { namespace, draft } = await host.container('trusting', network, [publish(8200, 80)]);
      await namespace.echo('tcp/80', 'tcp/81');
      const address = draft.interface.ipv4?.split('/')[0] ?? '';
      expect(
        await Promise.all([neighbour.ask('tcp', address, 80), neighbour.ask('tcp', address, 81)]),
      ).to.deep.equal(['trusting 192.0.2.3', 'timeout']);
    });
  });
}
