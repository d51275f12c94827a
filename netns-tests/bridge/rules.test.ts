import { expect } from 'chai';
import type { NetworkRecord, PortBinding } from '../../src/cnm/model.js';
import { networkLabel } from '../../src/drivers/bridge/labels.js';
import { expectGolden } from '../world/golden.js';
import { networkRecord, subnet4, subnet6 } from '../world/records.js';
import { needsRoot } from '../world/root.js';
import { snapshot } from '../world/snapshot.js';
import { BridgeHost, publish } from './bridge-host.js';

interface Scene {
  readonly network?: Partial<NetworkRecord>;
  readonly ports?: readonly PortBinding[];
}

const scenes: Record<string, Scene> = {
  plain: {},
  published: {
    ports: [
      publish(8080, 80),
      publish(8443, 80),
      publish(5353, 53, { protocol: 'udp' }),
      publish(8081, 81, { hostIp: '192.0.2.2' }),
    ],
  },
  'published-on-loopback': { ports: [publish(8080, 80, { hostIp: '127.0.0.1' })] },
  'no-icc': { network: { options: { [networkLabel.icc]: 'false' } }, ports: [publish(8080, 80)] },
  internal: { network: { internal: true }, ports: [publish(8080, 80)] },
  'dual-stack': {
    network: { subnets: [subnet4(), subnet6()] },
    ports: [publish(8080, 80), publish(8080, 80, { hostIp: '::' })],
  },
  routed: {
    network: { options: { [networkLabel.gatewayMode4]: 'routed' } },
    ports: [publish(8080, 80)],
  },
};

/** The whole rule set that the kernel has for one network with one container. */
describe('rules of a bridge network', () => {
  let host: BridgeHost;

  before(async function () {
    needsRoot.call(this);
    host = await BridgeHost.create();
    for (const tables of ['iptables', 'ip6tables']) {
      await host.world.host.sysctl(`net/bridge/bridge-nf-call-${tables}`, '0');
    }
    // The only settings that outlive a network.
    await host.world.host.sysctl('net/ipv4/ip_forward', '1');
    await host.world.host.sysctl('net/ipv6/conf/all/forwarding', '1');
  });
  after(async () => {
    await host?.[Symbol.asyncDispose]();
  });

  for (const [name, { network = {}, ports = [] }] of Object.entries(scenes)) {
    it(`${name}, and nothing once it is undone`, async () => {
      const before = await snapshot(host.world.host);
      const record = host.network(networkRecord(network));
      await host.container('c1', record, ports);
      expectGolden(`netns-tests/bridge/golden/${name}.golden`, await host.rules());
      await host.undoAll();
      expect(await snapshot(host.world.host)).to.deep.equal(before);
    });
  }

  it('does not remove a bridge that stood there before, nor its address', async () => {
    const { host: itself } = host.world;
    await itself.must('ip link add br-old type bridge');
    await itself.must('ip addr add 172.30.0.1/16 dev br-old');
    await itself.must('ip link set br-old up');
    const options = { [networkLabel.bridgeName]: 'br-old' };
    host.network(networkRecord({ options }));
    await host.undoAll();
    expect(await itself.must('ip -o -4 addr show dev br-old')).to.contain('172.30.0.1/16');
  });

  it('an interface of an IPv4-only network has no IPv6 address, on either end', async () => {
    const { namespace, draft } = await host.container('c2', host.network(networkRecord()));
    const { hostName = '' } = draft.interface;
    expect(await namespace.must('ip -6 -o addr show dev eth0')).to.equal('');
    expect(await host.world.host.must(`ip -6 -o addr show dev ${hostName}`)).to.equal('');
    expect(await host.world.host.must('ip -6 -o addr show dev br-a1b2c3d4e5f6')).to.equal('');
    await host.undoAll();
  });
});
