import { expect } from 'chai';
import {
  endpointDraft,
  networkRecord,
  subnet4,
  subnet6,
} from '../../../netns-tests/world/records.js';
import { countingIds } from '../../base/ids.js';
import type { Family } from '../../base/ip.js';
import { silentLogger } from '../../base/logger.js';
import { Rollback } from '../../base/rollback.js';
import type { EndpointDrafts } from '../../cnm/controller/endpoint-drafts.js';
import type { Parts } from '../../cnm/controller/parts.js';
import { PublishedPorts } from '../../cnm/controller/published-ports.js';
import { FakeKernel } from '../../cnm/fake-kernel.js';
import type { NetworkRecord, PortRequest } from '../../cnm/model.js';
import { PortAllocator } from '../../cnm/ports/allocator.js';
import { FakeHostSockets } from '../../cnm/ports/fake-host-sockets.js';
import { joinedRequests, separated } from '../../cnm/ports/ranges.js';
import { BridgeDriver } from './driver.js';
import { networkLabel } from './labels.js';

/** `8080:80/tcp`, `[::1]:8080:80`, `8000-8010:80`, `80`: as `-p` says it, ranges of the container apart. */
function request(text: string): PortRequest {
  const [, ip = '', host = '', inside = '', protocol = 'tcp'] =
    /^(?:(\[[^\]]+\]|\d+\.[\d.]+):)?(?:([\d-]*):)?(\d+)(?:\/(\w+))?$/.exec(text) ?? [];
  const [first = 0, last = first] = host === '' ? [] : host.split('-').map(Number);
  return {
    protocol: protocol as PortRequest['protocol'],
    containerPort: Number(inside),
    hostIp: ip.replace(/[[\]]/g, ''),
    hostPort: [first, last],
  };
}

/** One row: the network, what the host has taken, what is asked for, and what comes of it. */
interface Row {
  readonly name: string;
  readonly publish: readonly string[];
  readonly families?: readonly (4 | 6)[];
  readonly options?: Readonly<Record<string, string>>;
  readonly noProxy?: boolean;
  readonly noIPv6?: boolean;
  /** Families without rules of ours. */
  readonly untranslated?: readonly Family[];
  readonly busy?: readonly string[];
  /** `host address:port->container port/protocol`, `p` before it: served by the proxy. */
  readonly expected: readonly string[] | string;
}

const v4 = [4] as const;
const v6 = [6] as const;
const ports = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const rows: readonly Row[] = [
  { name: 'nothing', publish: [], expected: [] },
  {
    name: 'both families',
    publish: ['8080:80'],
    expected: ['0.0.0.0:8080->80/tcp', 'p [::]:8080->80/tcp'],
  },
  {
    name: 'IPv4 alone, by the proxy too',
    families: v4,
    publish: ['8080:80'],
    expected: ['0.0.0.0:8080->80/tcp', 'p [::]:8080->80/tcp'],
  },
  {
    name: 'IPv4 alone without proxy',
    families: v4,
    noProxy: true,
    publish: ['8080:80'],
    expected: ['0.0.0.0:8080->80/tcp'],
  },
  {
    name: 'IPv4 alone on a host without IPv6',
    families: v4,
    noIPv6: true,
    publish: ['8080:80'],
    expected: ['0.0.0.0:8080->80/tcp'],
  },
  {
    name: 'both families on a host without IPv6',
    noIPv6: true,
    publish: ['8080:80'],
    expected: ['0.0.0.0:8080->80/tcp'],
  },
  {
    name: 'both families by the proxy where no rules translate them',
    untranslated: [4, 6],
    publish: ['8080:80', '127.0.0.1:53:53/udp', '9:9/sctp'],
    expected: [
      'p 0.0.0.0:8080->80/tcp',
      'p [::]:8080->80/tcp',
      'p 127.0.0.1:53->53/udp',
      '0.0.0.0:9->9/sctp',
      '[::]:9->9/sctp',
    ],
  },
  {
    name: 'IPv4 by rules where only IPv6 has none',
    untranslated: v6,
    publish: ['8080:80'],
    expected: ['0.0.0.0:8080->80/tcp', 'p [::]:8080->80/tcp'],
  },
  {
    name: 'a routed network without rules: not by the proxy',
    untranslated: v4,
    options: { [networkLabel.gatewayMode4]: 'routed' },
    publish: ['8080:80'],
    expected: ['p [::]:8080->80/tcp', '0.0.0.0:0->80/tcp'],
  },
  { name: 'IPv6 alone', families: v6, publish: ['8080:80'], expected: ['p [::]:8080->80/tcp'] },
  { name: 'an IPv4 address', publish: ['127.0.0.1:8080:80'], expected: ['127.0.0.1:8080->80/tcp'] },
  { name: 'an IPv6 address', publish: ['[::1]:8080:80'], expected: ['p [::1]:8080->80/tcp'] },
  {
    name: 'an IPv6 address for IPv4 alone',
    families: v4,
    publish: ['[::1]:8080:80'],
    expected: ['p [::1]:8080->80/tcp'],
  },
  {
    name: 'the same without proxy: not mapped',
    families: v4,
    noProxy: true,
    publish: ['[::1]:8080:80'],
    expected: [],
  },
  {
    name: 'an IPv4 address for IPv6 alone: not mapped',
    families: v6,
    publish: ['127.0.0.1:8080:80'],
    expected: [],
  },
  {
    name: 'an ephemeral port, the same in both families',
    publish: ['80'],
    expected: ['0.0.0.0:50000->80/tcp', 'p [::]:50000->80/tcp'],
  },
  {
    name: 'an ephemeral port around what another program has',
    publish: ['80'],
    busy: ['tcp :::50000'],
    expected: ['0.0.0.0:50001->80/tcp', 'p [::]:50001->80/tcp'],
  },
  {
    name: 'an ephemeral port of one address',
    publish: ['127.0.0.1::80'],
    expected: ['127.0.0.1:50000->80/tcp'],
  },
  {
    name: 'two ephemeral ports',
    families: v4,
    noProxy: true,
    publish: ['80', '81'],
    expected: ['0.0.0.0:50000->80/tcp', '0.0.0.0:50001->81/tcp'],
  },
  {
    name: 'ephemeral ports of two protocols',
    families: v4,
    noProxy: true,
    publish: ['80', '80/udp'],
    expected: ['0.0.0.0:50000->80/tcp', '0.0.0.0:50000->80/udp'],
  },
  {
    name: 'any one of a range',
    families: v4,
    noProxy: true,
    publish: ['8000-8010:80'],
    expected: ['0.0.0.0:8000->80/tcp'],
  },
  {
    name: 'any one of a range that is free in both families',
    publish: ['8000-8010:80'],
    busy: ['tcp 0.0.0.0:8000', 'tcp :::8001'],
    expected: ['0.0.0.0:8002->80/tcp', 'p [::]:8002->80/tcp'],
  },
  {
    name: 'a range to a range',
    families: v4,
    noProxy: true,
    publish: ports(0, 2).map((n) => `${8000 + n}:${80 + n}`),
    expected: ports(0, 2).map((n) => `0.0.0.0:${8000 + n}->${80 + n}/tcp`),
  },
  {
    name: 'exact before range',
    families: v4,
    noProxy: true,
    publish: ['8000-8001:80', '8000:81'],
    expected: ['0.0.0.0:8001->80/tcp', '0.0.0.0:8000->81/tcp'],
  },
  {
    name: 'exact before ephemeral',
    families: v4,
    noProxy: true,
    publish: ['80', '50000:81'],
    expected: ['0.0.0.0:50001->80/tcp', '0.0.0.0:50000->81/tcp'],
  },
  {
    name: 'several ports for one',
    families: v4,
    noProxy: true,
    publish: ['8080:80', '8081:80'],
    expected: ['0.0.0.0:8080->80/tcp', '0.0.0.0:8081->80/tcp'],
  },
  {
    name: 'one port on two addresses',
    publish: ['127.0.0.1:8080:80', '127.0.0.2:8080:80'],
    expected: ['127.0.0.1:8080->80/tcp', '127.0.0.2:8080->80/tcp'],
  },
  {
    name: 'TCP, UDP and SCTP of one number',
    publish: ['53:53', '53:53/udp', '53:53/sctp'],
    expected: [
      '0.0.0.0:53->53/tcp',
      'p [::]:53->53/tcp',
      '0.0.0.0:53->53/udp',
      'p [::]:53->53/udp',
      '0.0.0.0:53->53/sctp',
      '[::]:53->53/sctp',
    ],
  },
  {
    name: 'SCTP for IPv4 alone, which nobody proxies',
    families: v4,
    publish: ['53:53/sctp'],
    expected: ['0.0.0.0:53->53/sctp'],
  },
  {
    name: 'a default address',
    options: { [networkLabel.hostBinding]: '127.0.0.1' },
    publish: ['8080:80'],
    expected: ['127.0.0.1:8080->80/tcp'],
  },
  {
    name: 'a default IPv6 address',
    options: { [networkLabel.hostBinding]: '::1' },
    publish: ['8080:80'],
    expected: ['p [::1]:8080->80/tcp'],
  },
  {
    name: 'routed IPv6',
    options: { [networkLabel.gatewayMode6]: 'routed' },
    publish: ['8080:80'],
    expected: ['0.0.0.0:8080->80/tcp', '[::]:0->80/tcp'],
  },
  {
    name: 'routed IPv4',
    options: { [networkLabel.gatewayMode4]: 'routed' },
    publish: ['8080:80'],
    expected: ['p [::]:8080->80/tcp', '0.0.0.0:0->80/tcp'],
  },
  {
    name: 'routed IPv4 alone, which nobody proxies',
    families: v4,
    options: { [networkLabel.gatewayMode4]: 'routed' },
    publish: ['8080:80'],
    busy: ['tcp 0.0.0.0:8080'],
    expected: ['0.0.0.0:0->80/tcp'],
  },
  {
    name: 'a mode without protection',
    families: v4,
    noProxy: true,
    options: { [networkLabel.gatewayMode4]: 'nat-unprotected' },
    publish: ['8080:80'],
    expected: ['0.0.0.0:8080->80/tcp'],
  },
  {
    name: 'a port that a program has',
    publish: ['8080:80'],
    busy: ['tcp 0.0.0.0:8080'],
    expected: 'failed to bind host port 0.0.0.0:8080/tcp: address already in use',
  },
  {
    name: 'a port that a program has in IPv6: all is taken back',
    publish: ['8081:81', '8080:80'],
    busy: ['tcp :::8080'],
    expected: 'failed to bind host port [::]:8080/tcp: address already in use',
  },
  {
    name: 'the same port twice',
    publish: ['8080:80', '8080:81'],
    expected: 'Bind for 0.0.0.0:8080 failed: port is already allocated',
  },
  {
    name: 'one address after all',
    publish: ['8080:80', '127.0.0.1:8080:81'],
    expected: 'Bind for 127.0.0.1:8080 failed: port is already allocated',
  },
  {
    name: 'a range that is all taken',
    families: v4,
    noProxy: true,
    publish: ['8000-8001:80'],
    busy: ['tcp 0.0.0.0:8000', 'tcp 0.0.0.0:8001'],
    expected: 'Bind for 0.0.0.0:8000-8001 failed: all ports are allocated',
  },
];

describe('port mappings', () => {
  for (const row of rows) {
    it(row.name, async () => {
      const sockets = new FakeHostSockets();
      for (const socket of row.busy ?? []) sockets.refuse(socket);
      const kernel = new FakeKernel();
      if (row.noProxy) Object.assign(kernel.proxy, { isOn: false });
      if (row.noIPv6) Object.assign(kernel.ports, { listensOnIPv6: () => false });
      const before = kernel.state();
      await using rollback = new Rollback(silentLogger);
      const publish = () => mapping(row, { sockets, kernel, rollback });
      if (typeof row.expected === 'string') {
        expect(publish).to.throw(row.expected);
        await rollback[Symbol.asyncDispose]();
        expect([...sockets.sockets]).to.deep.equal([]);
        expect(kernel.state()).to.deep.equal(before);
      } else {
        expect(publish()).to.deep.equal(row.expected);
      }
    });
  }
});

function mapping(
  { publish, families = [4, 6], options = {}, untranslated = [] }: Row,
  {
    sockets,
    kernel,
    rollback,
  }: { sockets: FakeHostSockets; kernel: FakeKernel; rollback: Rollback },
): string[] {
  const network: NetworkRecord = networkRecord({
    options,
    subnets: families.map((family) => (family === 4 ? subnet4() : subnet6())),
  });
  const driver = new BridgeDriver({
    ids: countingIds(),
    sysctls: { read: () => '0' },
    forwarding: { enable: true, forOthers: false },
    untranslated,
  });
  const allocator = new PortAllocator({
    sockets,
    ephemeral: () => ({ range: { first: 50_000, last: 50_100 }, reserved: new Set() }),
  });
  const parts = { kernel, ports: allocator, registry: { networkOf: () => network } };
  const drafts = { driverOf: () => driver };
  const ports = new PublishedPorts(parts as unknown as Parts, drafts as unknown as EndpointDrafts);
  const endpoint = endpointDraft(network);
  const gateways = Object.fromEntries(families.map((family) => [family, endpoint.id]));
  const requests = joinedRequests(publish.map(request));
  const sandbox = { id: endpoint.sandboxId, containerName: 'box', ports: requests };
  const published = ports.publish(sandbox, [endpoint], gateways, rollback).get(endpoint.id);
  const proxied = separated(Object.values(kernel.state().proxied).flat());
  return separated(published?.bindings ?? []).map(
    ({ protocol, hostIp, hostPort, containerPort }) => {
      const isProxied = proxied.some(
        (one) => one.protocol === protocol && one.hostIp === hostIp && one.hostPort === hostPort,
      );
      const shown = hostIp.includes(':') ? `[${hostIp}]` : hostIp;
      return `${isProxied ? 'p ' : ''}${shown}:${hostPort}->${containerPort}/${protocol}`;
    },
  );
}
