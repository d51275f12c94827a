import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type FirewallPolicy, forwardingOwner, linkOwner } from '../../src/cnm/firewall/model.js';
import type { NetworkRecord, PortBinding } from '../../src/cnm/model.js';
import { networkLabel } from '../../src/drivers/bridge/labels.js';
import { expectGolden } from '../world/golden.js';
import { networkRecord, subnet4, subnet6 } from '../world/records.js';
import { needsRoot } from '../world/root.js';
import { snapshot } from '../world/snapshot.js';
import { BridgeHost, publish } from './bridge-host.js';
import type { WorldFirewall } from './world-kernel.js';

interface Scene {
  /** None: a daemon without networks. */
  readonly network?: Partial<NetworkRecord> | 'none';
  readonly ports?: readonly PortBinding[];
  readonly settings?: WorldFirewall;
  readonly policies?: readonly FirewallPolicy[];
}

const linked: FirewallPolicy = {
  kind: 'link',
  owner: linkOwner('c11e47000000', '5e4fe4000000'),
  network: { id: '', bridge: '', internal: false, icc: false, trustedInterfaces: [], families: [] },
  client: { family: 4, address: '172.30.0.7' },
  server: { family: 4, address: '172.30.0.9' },
  ports: [
    { protocol: 'tcp', port: 80 },
    { protocol: 'udp', port: 53 },
  ],
};
const mode = (name: string): Partial<NetworkRecord> => ({
  options: { [networkLabel.gatewayMode4]: name },
});
const withoutIcc = { options: { [networkLabel.icc]: 'false' } };
const dualStack = { subnets: [subnet4(), subnet6()] };
const published = [publish(8080, 80)];
const onBoth = [...published, publish(8080, 80, { hostIp: '::' })];

const scenes: Record<string, Scene> = {
  'new-daemon': { network: 'none' },
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
  'no-icc': { network: withoutIcc, ports: published },
  'no-proxy': { network: dualStack, ports: onBoth, settings: { userlandProxy: false } },
  internal: { network: { internal: true }, ports: published },
  'internal-no-icc': { network: { internal: true, ...withoutIcc } },
  'dual-stack': { network: dualStack, ports: onBoth },
  routed: { network: mode('routed'), ports: published },
  'nat-unprotected': { network: mode('nat-unprotected'), ports: published },
  'no-masquerade': { network: { options: { [networkLabel.masquerade]: 'false' } } },
  'chosen-source': { network: { options: { [networkLabel.snat4]: '192.0.2.77' } } },
  'trusted-interface': {
    network: { options: { [networkLabel.trustedHostInterfaces]: 'eth0:eth1' } },
    ports: published,
  },
  'direct-routing': { ports: published, settings: { allowDirectRouting: true } },
  ranges: {
    network: dualStack,
    ports: [
      { ...publish(20_000, 20_000), count: 10_000 },
      { ...publish(20_000, 20_000, { hostIp: '::', protocol: 'udp' }), count: 10_000 },
      { ...publish(700, 700, { hostIp: '192.0.2.2' }), count: 100 },
      { ...publish(8000, 80), count: 3 },
    ],
  },
  links: { network: withoutIcc, policies: [linked] },
  mark: { settings: { acceptMark: { value: 1, mask: 3 } } },
  forwarding: {
    network: 'none',
    policies: ([4, 6] as const).map((family) => ({
      kind: 'forwarding',
      owner: forwardingOwner(family),
      family,
    })),
  },
};

/** The whole rule set that the kernel has for one network with one container. */
describe('rules of a bridge network', () => {
  let host: BridgeHost;

  before(async function () {
    needsRoot.call(this);
    host = await prepared({});
  });
  after(async () => {
    await host?.[Symbol.asyncDispose]();
  });

  for (const [name, scene] of Object.entries(scenes)) {
    it(`${name}, and nothing once it is undone`, async () => {
      if (!scene.settings) return play(host, name, scene);
      const own = await prepared(scene.settings);
      try {
        await play(own, name, scene);
      } finally {
        await own[Symbol.asyncDispose]();
      }
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

/** A host whose bridged frames don't visit the IP firewall: it decides by that whether containers are separated. */
async function prepared(settings: WorldFirewall): Promise<BridgeHost> {
  const host = await BridgeHost.create(settings);
  for (const tables of ['iptables', 'ip6tables']) {
    await host.world.host.sysctl(`net/bridge/bridge-nf-call-${tables}`, '0');
  }
  // The only settings that outlive a network.
  await host.world.host.sysctl('net/ipv4/ip_forward', '1');
  await host.world.host.sysctl('net/ipv6/conf/all/forwarding', '1');
  // The host's own link-local address comes to be meanwhile.
  while ((await host.world.host.must('ip -6 -o addr show tentative')) !== '') await delay(50);
  return host;
}

async function play(
  host: BridgeHost,
  name: string,
  { network = {}, ports = [], policies = [] }: Scene,
): Promise<void> {
  const before = await snapshot(host.world.host);
  if (network !== 'none') {
    await host.container('c1', host.network(networkRecord(network)), ports);
  }
  for (const policy of policies) host.policy(policy);
  expectGolden(`netns-tests/bridge/golden/${name}.golden`, await host.rules());
  await host.undoAll();
  expect(await snapshot(host.world.host)).to.deep.equal(before);
}
