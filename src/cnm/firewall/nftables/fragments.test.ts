import { expect } from 'chai';
import type { NftFragment } from '../../../native/nft/model.js';
import type { FirewalledFamily, FirewalledNetwork, FirewallPolicy, PortForward } from '../model.js';
import { baseTables } from './base.js';
import { fragmentsOf } from './fragments.js';

const settings = { userlandProxy: true, allowDirectRouting: false };
const four: FirewalledFamily = {
  family: 4,
  subnet: '172.30.0.0/16',
  mode: 'nat',
  masquerade: true,
};
const network: FirewalledNetwork = {
  id: 'a'.repeat(64),
  bridge: 'br-a',
  internal: false,
  icc: true,
  trustedInterfaces: [],
  families: [four],
};

/** `family set { key : value }` of each element. */
function lines(fragments: readonly NftFragment[]): string[] {
  return fragments.flatMap(({ family, elements }) =>
    elements.map(
      ({ set, key, value }) =>
        `${family} ${set} { ${value === undefined ? key : `${key} : ${value}`} }`,
    ),
  );
}

describe('policies as elements', () => {
  const forward = (more: Partial<PortForward>): PortForward => ({
    family: 4,
    address: '172.30.0.2',
    protocol: 'tcp',
    hostIp: '0.0.0.0',
    hostPorts: [8080, 8080],
    containerPorts: [80, 80],
    ...more,
  });
  const ranges = {
    hostPorts: [1000, 10_999],
    containerPorts: [1000, 10_999],
  } as const;

  const forwards: [string, PortForward, string[]][] = [
    ['a port of all addresses', forward({}), ['ip publish-any { tcp . 8080 : 172.30.0.2 . 80 }']],
    [
      'a port of one address, in whatever notation',
      forward({ family: 6, address: 'fd00::2', hostIp: '2001:DB8:0::1' }),
      ['ip6 publish-address { 2001:db8::1 . tcp . 8080 : fd00::2 . 80 }'],
    ],
    [
      'all addresses of IPv6, in whatever notation',
      forward({ family: 6, address: 'fd00::2', hostIp: '0::0' }),
      ['ip6 publish-any { tcp . 8080 : fd00::2 . 80 }'],
    ],
    [
      'a range that keeps its numbers',
      forward(ranges),
      ['ip publish-any-ranges { tcp . 1000-10999 : 172.30.0.2 }'],
    ],
    [
      'such a range of one address',
      forward({ ...ranges, hostIp: '192.0.2.2', protocol: 'udp' }),
      ['ip publish-address-ranges { 192.0.2.2 . udp . 1000-10999 : 172.30.0.2 }'],
    ],
    [
      'a few ports that keep their numbers',
      forward({ hostPorts: [8000, 8001], containerPorts: [8000, 8001] }),
      [
        'ip publish-any { tcp . 8000 : 172.30.0.2 . 8000 }',
        'ip publish-any { tcp . 8001 : 172.30.0.2 . 8001 }',
      ],
    ],
    [
      'a range that is shifted',
      forward({ hostPorts: [8000, 8001], containerPorts: [80, 81] }),
      [
        'ip publish-any { tcp . 8000 : 172.30.0.2 . 80 }',
        'ip publish-any { tcp . 8001 : 172.30.0.2 . 81 }',
      ],
    ],
    [
      'a single port that keeps its number',
      forward({ hostPorts: [80, 80] }),
      ['ip publish-any { tcp . 80 : 172.30.0.2 . 80 }'],
    ],
  ];
  for (const [what, one, expected] of forwards) {
    it(`forwards ${what}`, () => {
      const policy = { kind: 'ports', owner: 'ports/e', network, openings: [] } as const;
      const fragments = fragmentsOf({ ...policy, forwards: [one] }, settings);
      expect(lines(fragments)).to.deep.equal(expected);
    });
  }

  it('opens single ports and ranges', () => {
    const opening = { family: 4, address: '172.30.0.2', protocol: 'tcp' } as const;
    const openings = [
      { ...opening, ports: [80, 80] as const },
      { ...opening, ports: [90, 91] as const },
      { ...opening, ports: [100, 163] as const },
      { ...opening, ports: [200, 264] as const },
    ];
    const policy = { kind: 'ports', owner: 'ports/e', network, forwards: [], openings } as const;
    const few = [80, 90, 91, ...Array.from({ length: 64 }, (_, offset) => 100 + offset)];
    expect(lines(fragmentsOf(policy, settings))).to.deep.equal([
      ...few.map((port) => `ip openings { 172.30.0.2 . tcp . ${port} }`),
      'ip opening-ranges { 172.30.0.2 . tcp . 200-264 }',
    ]);
  });

  const kinds: [
    string,
    Partial<FirewalledNetwork>,
    Partial<FirewalledFamily>,
    string[],
    string[],
  ][] = [
    ['nat', {}, {}, ['into-nat', 'accept'], ['translated', 'subnets', 'masqueraded', 'outgoing']],
    ['routed', {}, { mode: 'routed' }, ['into-routed'], ['outgoing']],
    ['nat-unprotected', {}, { mode: 'nat-unprotected' }, ['into-unprotected'], ['translated']],
    ['without masquerade', {}, { masquerade: false }, ['into-nat'], ['translated', 'subnets']],
    ['a chosen source', {}, { snat: '192.0.2.9' }, ['192.0.2.9'], ['host-address']],
    ['no ICC', { icc: false }, {}, ['jump apart'], ['neighbours']],
    ['internal', { internal: true }, {}, ['into-internal', 'out-of-internal'], ['forward-out']],
    ['internal, no ICC', { internal: true, icc: false }, {}, ['jump internal-apart'], []],
    ['isolated', { internal: true }, { mode: 'isolated' }, ['into-internal'], []],
  ];
  for (const [what, more, family, values, sets] of kinds) {
    it(`a network leads to the chains of its kind: ${what}`, () => {
      const own = { ...network, ...more, families: [{ ...four, ...family }] };
      const text = lines(fragmentsOf({ kind: 'network', owner: 'n', network: own }, settings)).join(
        '\n',
      );
      for (const value of values) expect(text).to.contain(`${value} }`);
      for (const set of sets) expect(text).to.contain(`ip ${set} {`);
      expect(text.includes('ip outgoing')).to.equal(!own.internal);
      expect(text.includes('masqueraded')).to.equal(
        !own.internal && family.masquerade !== false && family.mode !== 'routed',
      );
    });
  }

  it('says nothing to a set or chain that the tables have not', () => {
    const six = { ...four, family: 6, subnet: 'fd00::/64', snat: '2001:db8::9' } as const;
    const own = { ...network, families: [{ ...four, snat: '192.0.2.9' }, six] };
    const addresses = [
      { family: 4, address: '172.30.0.2' },
      { family: 6, address: 'fd00::2' },
    ] as const;
    const policies: FirewallPolicy[] = [
      { kind: 'network', owner: 'n', network: own },
      { kind: 'network', owner: 'i', network: { ...own, internal: true, icc: false } },
      { kind: 'endpoint', owner: 'e', network: own, hostName: 'v', addresses, separated: true },
      { kind: 'forwarding', owner: 'f', family: 6 },
    ];
    const tables = baseTables(settings);
    for (const fragment of policies.flatMap((policy) => fragmentsOf(policy, settings))) {
      const table = tables.find(({ family }) => family === fragment.family);
      for (const { set, value } of fragment.elements) {
        expect(table?.sets.map(({ name }) => name)).to.include(set);
        const chain = /^(?:goto|jump) (.+)$/.exec(value ?? '')?.[1];
        if (chain) expect(table?.chains.map(({ name }) => name)).to.include(chain);
      }
    }
  });
});
