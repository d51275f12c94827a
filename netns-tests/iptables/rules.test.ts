import { expect } from 'chai';
import { portsOwner } from '../../src/cnm/firewall/model.js';
import type { NetworkRecord, PortBinding } from '../../src/cnm/model.js';
import { networkLabel } from '../../src/drivers/bridge/labels.js';
import { BridgeHost, publish } from '../bridge/bridge-host.js';
import { expectGolden } from '../world/golden.js';
import { networkRecord, subnet4, subnet6 } from '../world/records.js';
import { needsRoot } from '../world/root.js';
import { saved } from './saved.js';

interface Scene {
  readonly network?: Partial<NetworkRecord>;
  readonly ports?: readonly PortBinding[];
}

const both = [subnet4(), subnet6()];
const modes = (mode: string) => ({
  [networkLabel.gatewayMode4]: mode,
  [networkLabel.gatewayMode6]: mode,
});

const scenes: Readonly<Record<string, Scene>> = {
  plain: {},
  published: {
    network: { subnets: both },
    ports: [
      publish(8080, 80),
      publish(8080, 80, { hostIp: '::' }),
      publish(5353, 53, { protocol: 'udp' }),
      publish(8081, 81, { hostIp: '192.0.2.2' }),
      publish(9999, 99, { protocol: 'sctp' }),
    ],
  },
  'published-on-loopback': { ports: [publish(8080, 80, { hostIp: '127.0.0.1' })] },
  'no-icc': {
    network: { subnets: both, options: { [networkLabel.icc]: 'false' } },
    ports: [publish(8080, 80)],
  },
  internal: { network: { subnets: both, internal: true }, ports: [publish(8080, 80)] },
  routed: { network: { subnets: both, options: modes('routed') }, ports: [publish(8080, 80)] },
  'nat-unprotected': { network: { subnets: both, options: modes('nat-unprotected') } },
};

/** What the kernel has for one network with one container: the same by both implementations. */
for (const variant of ['nft', 'legacy'] as const) {
  describe(`rules in Docker's chains by iptables-${variant}`, () => {
    let host: BridgeHost;

    before(async function () {
      needsRoot.call(this);
      host = await BridgeHost.create({ iptables: variant });
      for (const tables of ['iptables', 'ip6tables'])
        await host.world.host.sysctl(`net/bridge/bridge-nf-call-${tables}`, '0');
      // The only settings that outlive a network.
      await host.world.host.sysctl('net/ipv4/ip_forward', '1');
      await host.world.host.sysctl('net/ipv6/conf/all/forwarding', '1');
    });
    after(async () => {
      await host?.[Symbol.asyncDispose]();
    });

    it('of a new daemon', async () => {
      const rules = await saved(host.world.host, variant);
      expectGolden('netns-tests/iptables/golden/new-daemon.golden', rules);
    });

    for (const [name, { network = {}, ports = [] }] of Object.entries(scenes)) {
      it(`${name}, and nothing once it is undone`, async () => {
        const before = await saved(host.world.host, variant);
        await host.container('c1', host.network(networkRecord(network)), ports);
        const rules = await saved(host.world.host, variant);
        expectGolden(`netns-tests/iptables/golden/${name}.golden`, rules);
        await host.undoAll();
        expect(await saved(host.world.host, variant)).to.equal(before);
      });
    }

    it('a range that leads to other ports, as one rule', async () => {
      const record = host.network(networkRecord());
      const { namespace, draft } = await host.container('c1', record);
      const [address = ''] = draft.interface.ipv4?.split('/') ?? [];
      const network = {
        ...{ id: record.id, bridge: 'br-a1b2c3d4e5f6', internal: false, icc: true },
        ...{ trustedInterfaces: [], families: [] },
      };
      const to = { family: 4, address, protocol: 'tcp' } as const;
      const owner = portsOwner(draft.id);
      const containerPorts = [1000, 5999] as const;
      host.kernel.firewall.install([
        {
          ...{ kind: 'ports', owner, network },
          forwards: [{ ...to, hostIp: '0.0.0.0', hostPorts: [20000, 24999], containerPorts }],
          openings: [{ ...to, ports: containerPorts }],
        },
      ]);
      await namespace.echo('tcp/1000', 'tcp/3500', 'tcp/5999');
      const ask = (port: number) => host.world.outside.ask('tcp', '192.0.2.2', port);
      const answers = await Promise.all([20000, 22500, 24999, 25000].map(ask));
      const from = 'c1 192.0.2.1';
      expect(answers).to.deep.equal([from, from, from, 'refused']);
      const rules = await saved(host.world.host, variant);
      expect(rules.match(/20000:24999/g)).to.have.length(1);
      host.kernel.firewall.remove([owner]);
      await host.undoAll();
    });
  });
}
