import { expect } from 'chai';
import { expectGolden } from '../../../../netns-tests/world/golden.js';
import { InvalidParameter } from '../../../base/errors.js';
import { layoutOf } from '../../../native/iptables-wrapper/layout.js';
import { renderRebuild } from '../../../native/iptables-wrapper/rebuild.js';
import {
  type FirewalledFamily,
  type FirewalledNetwork,
  type FirewallPolicy,
  type FirewallSettings,
  forwardingOwner,
  type GatewayMode,
  type PortForward,
} from '../model.js';
import { iptablesBase } from './base.js';
import { groupOf } from './groups.js';

const settings: FirewallSettings = { userlandProxy: true, allowDirectRouting: false };
const address = { 4: '172.30.0.2', 6: 'fd00:30::2' } as const;
const any = { 4: '0.0.0.0', 6: '::' } as const;

function family(
  number: 4 | 6,
  mode: GatewayMode = 'nat',
  more: Partial<FirewalledFamily> = {},
): FirewalledFamily {
  const subnet = number === 4 ? '172.30.0.0/16' : 'fd00:30::/64';
  return { family: number, subnet, mode, masquerade: true, ...more };
}

function network(more: Partial<FirewalledNetwork> = {}): FirewalledNetwork {
  return {
    id: 'a1b2c3d4e5f6',
    bridge: 'br-a1b2c3d4e5f6',
    internal: false,
    icc: true,
    trustedInterfaces: [],
    families: [family(4), family(6)],
    ...more,
  };
}

/** What a network with one container has; ports are published in both families. */
function policiesOf(
  wanted: FirewalledNetwork,
  forwards: readonly PortForward[] = [],
): FirewallPolicy[] {
  const addresses = wanted.families.map(({ family }) => ({ family, address: address[family] }));
  const endpoint = { owner: 'endpoint/c1', network: wanted, hostName: 'veth1', addresses };
  return [
    { kind: 'network', owner: `network/${wanted.id}`, network: wanted },
    { kind: 'endpoint', ...endpoint, separated: false },
    {
      kind: 'ports',
      owner: 'ports/c1',
      network: wanted,
      forwards,
      openings: forwards.map(({ containerPorts, ...rest }) => ({ ...rest, ports: containerPorts })),
    },
  ];
}

function forward(
  number: 4 | 6,
  hostPorts: PortForward['hostPorts'],
  containerPorts: PortForward['containerPorts'],
  more: Partial<PortForward> = {},
): PortForward {
  const to = { family: number, address: address[number], hostIp: any[number] };
  return { ...to, protocol: 'tcp', hostPorts, containerPorts, ...more };
}

const published = [
  forward(4, [8080, 8080], [80, 80]),
  forward(4, [5353, 5353], [53, 53], { protocol: 'udp', hostIp: '192.0.2.2' }),
  forward(4, [9999, 9999], [99, 99], { protocol: 'sctp' }),
  forward(6, [8080, 8080], [80, 80]),
  forward(6, [8443, 8443], [443, 443], { hostIp: '2001:db8::1' }),
];

const routed = network({ families: [family(4, 'routed'), family(6, 'routed')] });
const open = network({ families: [family(4, 'nat-unprotected'), family(6, 'nat-unprotected')] });
const link: FirewallPolicy = {
  kind: 'link',
  owner: 'link/c2/c1/4',
  network: network({ icc: false }),
  client: { family: 4, address: '172.30.0.3' },
  server: { family: 4, address: '172.30.0.2' },
  ports: [
    { protocol: 'tcp', port: 80 },
    { protocol: 'udp', port: 53 },
  ],
};

interface Scene {
  readonly policies: readonly FirewallPolicy[];
  readonly settings?: Partial<FirewallSettings>;
  readonly raw?: boolean;
}

/** The cases that moby keeps whole rule sets of, and ours. */
const scenes: Readonly<Record<string, Scene>> = {
  'new-daemon': { policies: [] },
  'new-daemon-without-raw': { policies: [], raw: false },
  published: { policies: policiesOf(network(), published) },
  'published-without-proxy': {
    policies: policiesOf(network(), published),
    settings: { userlandProxy: false },
  },
  'published-without-raw': { policies: policiesOf(network(), published), raw: false },
  'published-on-loopback': {
    policies: policiesOf(network(), [forward(4, [8080, 8080], [80, 80], { hostIp: '127.0.0.1' })]),
  },
  'no-icc': { policies: policiesOf(network({ icc: false }), published) },
  'no-icc-link': { policies: [...policiesOf(network({ icc: false })), link] },
  'no-icc-internal-link': {
    policies: [
      ...policiesOf(network({ icc: false, internal: true })),
      { ...link, network: network({ icc: false, internal: true }) },
    ],
  },
  routed: { policies: policiesOf(routed, published) },
  'routed-ipv6-only': {
    policies: policiesOf(network({ families: [family(4), family(6, 'routed')] }), published),
  },
  'nat-unprotected': { policies: policiesOf(open) },
  'nat-unprotected-no-icc': { policies: policiesOf({ ...open, icc: false }) },
  internal: { policies: policiesOf(network({ internal: true })) },
  'no-masquerade': {
    policies: policiesOf(
      network({
        families: [
          family(4, 'nat', { masquerade: false }),
          family(6, 'nat', { masquerade: false }),
        ],
      }),
    ),
  },
  'host-address': {
    policies: policiesOf(network({ families: [family(4, 'nat', { snat: '192.0.2.7' })] })),
  },
  'trusted-interfaces': { policies: policiesOf(network({ trustedInterfaces: ['eth1', 'wg0'] })) },
  'direct-routing': {
    policies: policiesOf(network(), published),
    settings: { allowDirectRouting: true },
  },
  mark: {
    policies: policiesOf(network()),
    settings: { acceptMark: { value: 0x10, mask: 0xff } },
  },
  ranges: {
    policies: policiesOf(network(), [
      forward(4, [20000, 29999], [20000, 29999]),
      forward(4, [8000, 8099], [80, 179]),
      forward(6, [8000, 8099], [80, 179]),
    ]),
  },
  'mapped-addresses': {
    policies: policiesOf(network(), [
      forward(4, [8080, 8080], [80, 80], { hostIp: '::ffff:192.0.2.2' }),
    ]),
  },
  'forwarding-for-none': {
    policies: ([4, 6] as const).map((number) => ({
      kind: 'forwarding',
      owner: forwardingOwner(number),
      family: number,
    })),
  },
};

function batchOf(scene: Scene, number: 4 | 6): string {
  const options = { raw: scene.raw ?? true };
  const base = iptablesBase(number, options);
  const batches = scene.policies.map((policy) => {
    const group = groupOf(policy, number, { ...settings, ...scene.settings }, options);
    return group ? [group] : [];
  });
  return renderRebuild(base, layoutOf(base, batches), [], 'first');
}

describe('rules of the iptables backend', () => {
  for (const [name, scene] of Object.entries(scenes)) {
    it(name, () => {
      const text = `# iptables\n${batchOf(scene, 4)}\n# ip6tables\n${batchOf(scene, 6)}`;
      expectGolden(`src/cnm/firewall/iptables/golden/${name}.golden`, text);
    });
  }

  it('one rule for 10,000 ports, and one that opens them', () => {
    const rules = batchOf(
      { policies: policiesOf(network(), [forward(4, [20000, 29999], [20000, 29999])]) },
      4,
    );
    expect(rules.match(/20000:29999/g)).to.have.length(2);
  });

  for (const bridge of ['br+', 'br x'])
    it(`refuses a bridge that iptables would take for others: "${bridge}"`, () =>
      expect(() => batchOf({ policies: policiesOf(network({ bridge })) }, 4)).to.throw(
        InvalidParameter,
      ));
});
