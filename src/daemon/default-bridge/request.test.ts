import { expect } from 'chai';
import { type LogFields, silentLogger } from '../../base/logger.js';
import type { IpamSubnetConfig, Subnet } from '../../cnm/model.js';
import { mergeOptions } from '../options.js';
import { bridgeOptions } from './options.js';
import { type BridgeSurroundings, defaultBridge } from './request.js';

type Flags = Parameters<typeof mergeOptions>[1];

interface Case {
  readonly what: string;
  readonly flags: Flags;
  /** What stands on the device; default: there is none. */
  readonly addresses?: readonly string[];
  readonly recorded?: readonly Partial<Subnet>[];
  readonly ipam: readonly IpamSubnetConfig[] | undefined;
  readonly warns?: boolean;
}

function surroundings({ addresses, recorded }: Partial<Case>, warned: LogFields[] = []) {
  const options = { 'com.docker.network.bridge.name': 'docker0' };
  return {
    addresses,
    recorded: recorded && { options, subnets: recorded as Subnet[] },
    logger: {
      ...silentLogger,
      warn: (_text: string, fields?: LogFields) => void warned.push(fields ?? {}),
    },
  } satisfies BridgeSurroundings;
}

function read(flags: Flags) {
  const options = bridgeOptions(mergeOptions({}, flags));
  if (options === 'none') throw new Error('no bridge');
  return options;
}

describe('the default bridge', () => {
  const cases: Case[] = [
    { what: 'takes a subnet from the pools', flags: {}, ipam: undefined },
    {
      what: 'has the address of --bip',
      flags: { bip: '10.9.0.1/24' },
      ipam: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1' }],
    },
    {
      what: 'hands out addresses of --fixed-cidr',
      flags: { bip: '10.9.0.1/24', 'fixed-cidr': '10.9.0.64/26' },
      ipam: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1', ipRange: '10.9.0.64/26' }],
    },
    {
      what: 'is --fixed-cidr where nothing else is said',
      flags: { 'fixed-cidr': '10.9.0.64/26' },
      ipam: [{ subnet: '10.9.0.64/26', ipRange: '10.9.0.64/26' }],
    },
    {
      what: 'ignores a --fixed-cidr outside the subnet',
      flags: { bip: '10.9.0.1/24', 'fixed-cidr': '10.8.0.0/26' },
      ipam: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1' }],
      warns: true,
    },
    {
      what: 'has another way out with --default-gateway',
      flags: { bip: '10.9.0.1/24', 'default-gateway': '10.9.0.254' },
      ipam: [
        {
          subnet: '10.9.0.0/24',
          gateway: '10.9.0.1',
          auxAddresses: { DefaultGatewayIPv4: '10.9.0.254' },
        },
      ],
    },
    {
      what: 'keeps the address that somebody else gave docker0',
      flags: {},
      addresses: ['fe80::1/64', '192.168.9.1/24'],
      ipam: [{ subnet: '192.168.9.0/24', gateway: '192.168.9.1' }],
    },
    {
      what: 'comes from the pools as before when docker0 is ours',
      flags: {},
      addresses: ['172.17.0.1/16'],
      recorded: [{ family: 4, fromPool: true }],
      ipam: undefined,
    },
    {
      what: 'takes the address of the device that --fixed-cidr is within',
      flags: { 'fixed-cidr': '10.2.3.0/24' },
      addresses: ['10.1.0.1/16', '10.2.0.1/16'],
      ipam: [{ subnet: '10.2.0.0/16', gateway: '10.2.0.1', ipRange: '10.2.3.0/24' }],
    },
    {
      what: 'uses a bridge of the user with its address',
      flags: { bridge: 'br-mine' },
      addresses: ['10.5.0.7/24'],
      ipam: [{ subnet: '10.5.0.0/24', gateway: '10.5.0.7' }],
    },
    {
      what: 'has IPv6 only if asked to',
      flags: { bip6: 'fd00:9::1/64', 'fixed-cidr-v6': 'fd00:9::/80' },
      ipam: undefined,
    },
    {
      what: 'has the address of --bip6',
      flags: { ipv6: true, bip6: 'fd00:9::1/64', 'fixed-cidr-v6': 'fd00:9::/80' },
      ipam: [{ subnet: 'fd00:9::/64', gateway: 'fd00:9::1', ipRange: 'fd00:9::/80' }],
    },
    {
      what: 'is --fixed-cidr-v6 where nothing else is said',
      flags: { ipv6: true, 'fixed-cidr-v6': 'fd00:9::/64' },
      addresses: ['172.17.0.1/16', 'fd00:8::1/64'],
      recorded: [{ family: 4, fromPool: true }],
      ipam: [{ subnet: 'fd00:9::/64', ipRange: 'fd00:9::/64' }],
    },
  ];
  for (const { what, flags, ipam, warns = false, ...host } of cases) {
    it(what, () => {
      const warned: LogFields[] = [];
      const request = defaultBridge(read(flags), surroundings(host, warned));
      expect(request.ipam).to.deep.equal(ipam);
      expect(warned.length > 0).to.equal(warns);
    });
  }

  it('carries the other options along', () => {
    const flags = { icc: false, 'ip-masq': false, ip: '127.0.0.1', mtu: 1400, ipv6: true };
    expect(defaultBridge(read(flags), surroundings({}))).to.deep.equal({
      device: 'docker0',
      enableIcc: false,
      enableIpMasquerade: false,
      enableIPv6: true,
      hostBindingIpv4: '127.0.0.1',
      mtu: 1400,
    });
  });

  const refusals: [string, Flags, readonly string[] | undefined, string][] = [
    [
      'a bridge that is not there',
      { bridge: 'br-mine' },
      undefined,
      'bridge device with non default name br-mine must be created manually',
    ],
    [
      'a bridge without address',
      { bridge: 'br-mine' },
      ['fe80::1/64'],
      'bridge device with non default name br-mine must have a valid IP address',
    ],
    ['a gateway in no subnet', { 'default-gateway': '10.9.0.254' }, undefined, 'needs its subnet'],
  ];
  for (const [what, flags, addresses, text] of refusals) {
    it(`refuses ${what}`, () => {
      const host = surroundings(addresses ? { addresses } : {});
      expect(() => defaultBridge(read(flags), host)).to.throw(text);
    });
  }
});

describe('options of the default bridge', () => {
  const refusals: [Flags, string][] = [
    [{ bridge: 'br0', bip: '10.9.0.1/24' }, 'You specified -b & --bip, mutually exclusive options'],
    [{ bridge: '../etc' }, 'invalid bridge "../etc"'],
    [{ bip: '10.9.0.0/24' }, 'invalid bip "10.9.0.0/24"'],
    [{ bip: 'fd00::1/64' }, 'invalid bip "fd00::1/64"'],
    [{ bip6: '10.9.0.1/24' }, 'invalid bip6 "10.9.0.1/24"'],
    [{ 'fixed-cidr': 'x' }, 'invalid fixed-cidr "x"'],
    [{ 'fixed-cidr-v6': '10.0.0.0/8' }, 'invalid fixed-cidr-v6 "10.0.0.0/8"'],
    [{ 'default-gateway': 'fd00::1' }, 'invalid default-gateway "fd00::1"'],
    [{ bip6: 'fd00:9::1/64', 'fixed-cidr-v6': 'fd00:8::/64' }, 'it is outside the subnet of bip6'],
    [{ iptables: false, icc: false }, 'You specified --iptables=false with --icc=false'],
    [{ mtu: 10 }, 'invalid mtu "10"'],
    [{ ip: 'x' }, 'invalid ip "x"'],
  ];
  for (const [flags, text] of refusals) {
    it(`refuses ${JSON.stringify(flags)}`, () => {
      expect(() => bridgeOptions(mergeOptions({}, flags))).to.throw(text);
    });
  }

  it('knows none', () => {
    expect(bridgeOptions(mergeOptions({}, { bridge: 'none' }))).to.equal('none');
  });
});
