import { normalize } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import * as v from 'valibot';
import { networkCreate } from '../api/types/network.js';
import { formatCidr } from '../base/cidr.js';
import { System, TsnetError } from '../base/errors.js';
import { countingIds } from '../base/ids.js';
import { formatIp } from '../base/ip.js';
import { groupOf } from '../cnm/firewall/iptables/groups.js';
import type { FirewallPolicy } from '../cnm/firewall/model.js';
import { fragmentsOf } from '../cnm/firewall/nftables/fragments.js';
import { parseIpamConfig } from '../cnm/ipam/config.js';
import type { EndpointRequest, NetworkRecord, PortBinding, Subnet } from '../cnm/model.js';
import type { Plan } from '../cnm/plan.js';
import { BridgeDriver } from '../drivers/bridge/driver.js';
import { networkLabel } from '../drivers/bridge/labels.js';
import { portRequests } from '../engine/containers/ports.js';
import { networkRequest } from '../engine/networks/request.js';
import { renderAdd as renderIptables } from '../native/iptables-wrapper/index.js';
import { splitWords } from '../native/iptables-wrapper/words.js';
import { renderAdd as renderNft } from '../native/nft/render.js';
import { sysctlPath } from '../native/sysctl.js';

/*
 * Whatever a client writes into a request is refused as bad input, or ends up as exactly one value in exactly one
 * place: the commands for nft and iptables are those that harmless names would make, settings are those of the
 * network's own interfaces, and nothing else is thrown than a refusal.
 */

const RUNS = 1500;
const endpointSysctls = 'com.docker.network.endpoint.sysctls';
const endpointIfname = 'com.docker.network.endpoint.ifname';
const settings = { userlandProxy: true, allowDirectRouting: false };

/** Text that would mean something to nft, iptables, a shell, a path, or /proc/sys. */
const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...'ab01.@+=,~#%^-_"*;{}\\ /:!$|&\n\t\0é()<>\''),
    maxLength: 18,
  }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    'all',
    'default',
    'lo',
    '..',
    '../../etc',
    'eth0"; flush ruleset; #',
    'x } accept',
    '-j ACCEPT',
    'a\nflush ruleset',
    '$(reboot)',
    '*',
    'br0*',
    '@containers',
    'drop',
    '',
  ),
);
/** Mostly what will do, so that the other values of a request get to be looked at too. */
const mostly = (...good: string[]) =>
  fc.oneof({ weight: 25, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: hostile });

const someName = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.string({
      unit: fc.constantFrom(...'abz019.@+=,~#%^-_'),
      minLength: 1,
      maxLength: 12,
    }),
  },
  { weight: 1, arbitrary: hostile },
);
const options = fc.record(
  {
    [networkLabel.bridgeName]: someName,
    [networkLabel.trustedHostInterfaces]: fc
      .array(someName, { maxLength: 3 })
      .map((names) => names.join(':')),
    [networkLabel.interfacePrefix]: mostly('eth', 'net.', 'a-b'),
    [networkLabel.gatewayMode4]: mostly('nat', 'nat-unprotected', 'routed'),
    [networkLabel.gatewayMode6]: mostly('nat', 'routed'),
    [networkLabel.icc]: mostly('true', 'false'),
    [networkLabel.snat4]: mostly('192.0.2.77'),
    [networkLabel.snat6]: mostly('2001:db8::77', '::ffff:192.0.2.1'),
    [networkLabel.hostBinding]: mostly('127.0.0.1', '::1'),
    [networkLabel.mtu]: mostly('1400', '9000'),
  },
  { requiredKeys: [] },
);
const config = fc.record({
  Subnet: mostly('172.30.0.0/16', '172.30.5.5/16', 'fd00:7::/64'),
  Gateway: mostly('', '172.30.0.9', 'fd00:7::9'),
  IPRange: mostly('', '172.30.4.0/24'),
  AuxiliaryAddresses: fc.dictionary(hostile, mostly('172.30.0.5'), { maxKeys: 2 }),
});
const plain = { Gateway: '', IPRange: '', AuxiliaryAddresses: {} };
const subnets = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      [],
      [{ ...plain, Subnet: '172.30.0.0/16', Gateway: '172.30.0.9' }],
      [
        { ...plain, Subnet: '10.1.2.0/24' },
        { ...plain, Subnet: 'fd00:7::/64' },
      ],
    ),
  },
  { weight: 1, arbitrary: fc.array(config, { maxLength: 2 }) },
);
const body = fc.record({
  Name: fc.oneof(hostile, fc.constant('web')),
  Internal: fc.boolean(),
  EnableIPv6: fc.boolean(),
  Options: options,
  Labels: fc.dictionary(hostile, hostile, { maxKeys: 2 }),
  IPAM: fc.record({ Config: subnets }),
});
const endpoint = fc.record(
  {
    [endpointIfname]: someName,
    [endpointSysctls]: mostly(
      'net.ipv4.conf.IFNAME.forwarding=1',
      'net.ipv6.neigh.IFNAME.gc_stale_time=9,net.ipv4.conf.IFNAME.arp_notify=1',
    ),
  },
  { requiredKeys: [] },
);
const ports = fc.dictionary(
  mostly('80/tcp', '53/udp', '80', '7/sctp'),
  fc.array(
    fc.record({
      HostIp: mostly('', '127.0.0.1', '::1', '::ffff:1.2.3.4'),
      HostPort: mostly('8080', ''),
    }),
    { maxLength: 2 },
  ),
  { maxKeys: 3 },
);

/** Everything that a request for a network and a container on it makes. */
interface Made {
  readonly record: NetworkRecord;
  readonly plan: Plan;
  /** Names of the interfaces that it may touch. */
  readonly interfaces: readonly string[];
}

/** @throws what a client is told */
function make(
  wish: unknown,
  driverOptions: Record<string, string>,
  published: Record<string, { HostIp: string; HostPort: string }[]>,
): Made {
  const sent = v.parse(networkCreate, wish);
  const request = networkRequest(sent);
  const specs = parseIpamConfig(sent.IPAM?.Config ?? [], {
    ipv4: request.enableIPv4,
    ipv6: request.enableIPv6,
  });
  const subnets = specs.map(
    ({ family, subnet, gateway }): Subnet => ({
      family,
      subnet: subnet ? formatCidr(subnet) : family === 4 ? '172.31.0.0/16' : 'fd00:8::/64',
      ...(gateway && { gateway: formatIp(gateway) }),
      auxAddresses: {},
      fromPool: subnet === undefined,
    }),
  );
  const driver = new BridgeDriver({
    ids: countingIds(),
    sysctls: { read: () => '0' },
    forwarding: { enable: true, forOthers: false },
  });
  driver.validateNetwork(request, []);
  const id = 'a1b2c3'.padEnd(64, '0');
  const made = { id, created: '', scope: 'local', predefined: false, subnets } as const;
  const record: NetworkRecord = { ...request, ...made };
  const wanted: EndpointRequest = { aliases: [], driverOptions, gatewayPriority: 0 };
  driver.validateEndpoint(record, wanted);
  const names = driver.nameInterface(record, wanted, []);
  const draft = {
    id: 'e1'.padEnd(64, '0'),
    networkId: id,
    sandboxId: 'c1'.padEnd(64, '0'),
    request: wanted,
    dnsNames: [],
    interface: { ...names, mac: '02:00:00:00:00:01', ipv4: '172.30.0.2/16', ipv6: 'fd00:7::2/64' },
  };
  const bindings = portRequests({ PortBindings: published, PublishAllPorts: false }, {}).map(
    ({ protocol, containerPort, hostIp, hostPort: [first] }): PortBinding => ({
      ...{ protocol, containerPort, hostIp: hostIp === '' ? '0.0.0.0' : hostIp },
      hostPort: first === 0 ? 32768 : first,
    }),
  );
  const bridge = record.options[networkLabel.bridgeName] || 'br-a1b2c3000000';
  return {
    record,
    plan: [
      ...driver.planNetwork(record),
      ...driver.planEndpoint(record, draft, '/netns/x'),
      ...driver.planPorts(record, draft, bindings),
    ],
    interfaces: [bridge, names.name, names.hostName ?? ''],
  };
}

/** Undefined if the request was refused. Anything but a refusal is an error of ours. */
function madeOrRefused(...parts: Parameters<typeof make>): Made | undefined {
  try {
    return make(...parts);
  } catch (error) {
    if (error instanceof TsnetError && !(error instanceof System)) return undefined;
    throw error;
  }
}

function policiesOf({ plan }: Made): FirewallPolicy[] {
  return plan.flatMap((step) => (step.kind === 'firewall.add' ? [step.args.policy] : []));
}

/** The same policy with names that mean nothing to anyone. */
function harmless(policy: FirewallPolicy): FirewallPolicy {
  if (policy.kind === 'forwarding') return policy;
  const trusted = [...new Set(policy.network.trustedInterfaces)]
    .filter((name) => name !== policy.network.bridge)
    .map((_, at) => `trusted${at}`);
  const own = policy.network.trustedInterfaces.includes(policy.network.bridge) ? ['bridge'] : [];
  const network = { ...policy.network, bridge: 'bridge', trustedInterfaces: [...own, ...trusted] };
  return { ...policy, network };
}

function nftShape(policy: FirewallPolicy): string[] {
  const script = renderNft(fragmentsOf(policy, settings));
  return script.split('\n').map((line) => line.replaceAll(/"[^"]*"/g, '"name"'));
}

/** Words of each line, interfaces replaced; as iptables-restore splits them. */
function iptablesShape(policy: FirewallPolicy): string[][] {
  return ([4, 6] as const).flatMap((family) => {
    const group = groupOf(policy, family, settings, { raw: true });
    if (!group) return [];
    const lines = renderIptables([{ ...group, owner: 'owner' }]).split('\n');
    return lines.map((line) => {
      const words = splitWords(line);
      return words.map((word, at) => (/^-[io]$/.test(words[at - 1] ?? '') ? 'name' : word));
    });
  });
}

describe('hostile input', () => {
  it('makes no other firewall command than harmless input', async () => {
    let made = 0;
    await fc.assert(
      fc.property(body, endpoint, ports, (...wish) => {
        const result = madeOrRefused(...wish);
        if (!result) return;
        made++;
        for (const policy of policiesOf(result)) {
          expect(nftShape(policy)).to.deep.equal(nftShape(harmless(policy)));
          const shape = refusedOr(() => iptablesShape(policy));
          // Some names that Linux and nft know can't be told to iptables; that is said.
          if (shape) expect(shape.length).to.equal(iptablesShape(harmless(policy)).length);
        }
      }),
      { numRuns: RUNS },
    );
    expect(made).to.be.greaterThan(RUNS / 10);
  });

  it('sets nothing but settings of the network’s own interfaces', async () => {
    await fc.assert(
      fc.property(body, endpoint, ports, (...wish) => {
        const result = madeOrRefused(...wish);
        for (const step of result?.plan ?? []) {
          if (step.kind !== 'sysctl.set') continue;
          const path = sysctlPath(step.args.key);
          expect(normalize(path)).to.equal(path);
          const [net, family, group, link = '', key, ...rest] = step.args.key;
          const isGlobal =
            /^\/proc\/sys\/net\/(ipv4\/ip_forward|ipv6\/conf\/(all|default)\/forwarding)$/.test(
              path,
            );
          if (isGlobal) continue;
          expect([net, rest.length]).to.deep.equal(['net', 0]);
          expect(family).to.match(/^(ipv4|ipv6|mpls)$/);
          expect(group).to.match(/^(conf|neigh)$/i);
          expect(key).to.match(/^[a-z0-9_]+$/i);
          expect(result?.interfaces).to.include(link);
          expect(link).not.to.match(/^(all|default|lo|\.|\.\.)$|\/|\s/);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('names links as Linux and its tools take them', async () => {
    await fc.assert(
      fc.property(body, endpoint, (wish, driverOptions) => {
        const result = madeOrRefused(wish, driverOptions, {});
        for (const name of result?.interfaces ?? []) {
          // A container's prefix has room for a number of three digits.
          expect(name).to.match(/^[!-~]{1,15}$/);
          expect(name).not.to.match(/^-|[/:"*;{}\\$|&'`<>()!?[\]]|^\.{1,2}$/);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

function refusedOr<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof TsnetError && !(error instanceof System)) return undefined;
    throw error;
  }
}
