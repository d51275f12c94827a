import { expect } from 'chai';
import { networkLabel } from '../../src/drivers/bridge/labels.js';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { World } from '../world/world.js';
import { AgentProcess } from './agent-process.js';
import { type Client, type Column, type Configuration, columns, type Stage } from './dimensions.js';
import { address, containerPorts, hostPorts, OTHER, SERVICE_PORT, subnet } from './places.js';

/** Options of the network that a column is about. */
function optionsOf({ mode, icc }: Pick<Column, 'mode' | 'icc'>): Record<string, string> {
  const gateway = mode === 'internal' ? 'nat' : mode;
  return {
    [networkLabel.gatewayMode4]: gateway,
    [networkLabel.gatewayMode6]: gateway,
    [networkLabel.icc]: String(icc),
  };
}

/**
 * A host with one daemon and, for each column, a network with two containers: the one that is asked for, and its
 * neighbour. Around it the other clients: a LAN neighbour that has routes to the containers, a machine behind a
 * router, containers of other networks. All that can send packets for 127.0.0.1 and ::1 to the host does.
 */
export class Lab implements AsyncDisposable {
  readonly #world: World;
  readonly #daemon: TestDaemon;
  readonly #configuration: Configuration;
  readonly #agents = new Map<string, AgentProcess>();

  private constructor(world: World, daemon: TestDaemon, configuration: Configuration) {
    this.#world = world;
    this.#daemon = daemon;
    this.#configuration = configuration;
  }

  static async create(configuration: Configuration): Promise<Lab> {
    const world = await World.create();
    const lab = await prepareHost(world, configuration)
      .then(() => TestDaemon.start(world.host, flagsOf(configuration)))
      .then((daemon) => new Lab(world, daemon, configuration))
      .catch(async (error: unknown) => {
        await world[Symbol.asyncDispose]();
        throw error;
      });
    try {
      await lab.#furnish();
      return lab;
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Who plays the client for a column. */
  agent(client: Client, column: Column): AgentProcess {
    const names: Partial<Record<Client, string>> = {
      'same bridge': `peer${column.number}`,
      itself: `server${column.number}`,
    };
    const name = names[client] ?? client;
    const agent = this.#agents.get(name);
    if (!agent) throw new Error(`there is no agent ${name}`);
    return agent;
  }

  /** Does to the daemon what the stage is called after. */
  async enter(stage: Stage): Promise<void> {
    const change: Record<Stage, () => Promise<void>> = {
      fresh: async () => {},
      restarted: () => this.#restart(),
      reloaded: () => this.#reload(),
      moved: () => this.#move('connect'),
      'moved back': () => this.#move('disconnect'),
    };
    await change[stage]();
  }

  /** Lets the agents find the addresses that they have now. */
  async settle(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.look()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent[Symbol.asyncDispose]()));
    await this.#daemon[Symbol.asyncDispose]();
    await this.#world[Symbol.asyncDispose]();
  }

  async #furnish(): Promise<void> {
    const { api } = this.#daemon;
    await api.must('POST', '/images/create?fromImage=tsnet/busybox&tag=latest');
    for (const column of columns) await this.#network(`net${column.number}`, column);
    const others = Object.entries(OTHER) as [keyof typeof OTHER, number][];
    for (const [mode, number] of others) {
      const kind = mode === 'aside' ? 'nat' : mode;
      await this.#network(mode, { number, mode: kind, icc: true, families: [4, 6] });
    }
    await Promise.all([
      ...columns.flatMap((column) => [this.#server(column), this.#peer(column)]),
      ...others
        .filter(([mode]) => mode !== 'aside')
        .map(([mode, number]) =>
          this.#container(`${mode} bridge`, mode, { number, families: [4, 6] }, 10, {}),
        ),
      this.#machines(),
    ]);
  }

  async #machines(): Promise<void> {
    const { host, outside } = this.#world;
    const lan = await this.#world.neighbour();
    const remote = await this.#world.remote();
    for (const machine of [lan, outside]) {
      await machine.must('ip route add 172.20.0.0/16 via 192.0.2.2');
      await machine.must('ip -6 route add fd00:20::/32 via 2001:db8:1::2');
    }
    await withoutLoopback(lan, '192.0.2.2', '2001:db8:1::2');
    await this.#start(host, 'host', [SERVICE_PORT]);
    await this.#start(outside, 'outside', [SERVICE_PORT]);
    await this.#start(lan, 'LAN', []);
    await this.#start(remote, 'remote', []);
  }

  #network(name: string, { number, mode, icc, families }: Column): Promise<unknown> {
    const config = families.map((family) => ({
      Subnet: subnet(family, number),
      Gateway: address(family, number, 1),
    }));
    return this.#daemon.api.must('POST', '/networks/create', {
      Name: name,
      Driver: 'bridge',
      Internal: mode === 'internal' || mode === 'isolated',
      EnableIPv6: families.includes(6),
      IPAM: { Config: config },
      Options: optionsOf({ mode, icc }),
    });
  }

  async #server(column: Column): Promise<void> {
    const bindings = (['tcp', 'udp'] as const).flatMap((protocol) => [
      [
        `${containerPorts.published}/${protocol}`,
        [{ HostIp: '', HostPort: String(hostPorts.any(column)) }],
      ],
      [
        `${containerPorts.loopback}/${protocol}`,
        ['127.0.0.1', '::1'].map((HostIp) => ({
          HostIp,
          HostPort: String(hostPorts.loopback(column)),
        })),
      ],
    ]);
    const { number } = column;
    await this.#container(
      `server${number}`,
      `net${number}`,
      column,
      10,
      Object.fromEntries(bindings),
      Object.values(containerPorts),
    );
  }

  async #peer(column: Column): Promise<void> {
    const { number } = column;
    const peer = await this.#container(`peer${number}`, `net${number}`, column, 11, {});
    if (column.mode !== 'isolated') await detour(peer, column);
  }

  /** Starts a container, and an agent in it. It has a way to the world even where it should have none. */
  async #container(
    name: string,
    network: string,
    { number, families }: Pick<Column, 'number' | 'families'>,
    host: number,
    bindings: object,
    ports: readonly number[] = [],
  ): Promise<Namespace> {
    const { api } = this.#daemon;
    const title = name.replace(' ', '-');
    const wanted = {
      IPv4Address: address(4, number, host),
      ...(families.includes(6) && { IPv6Address: address(6, number, host) }),
    };
    const path = `/containers/create?name=${title}`;
    const { Id: id } = await api.must<{ Id: string }>('POST', path, {
      Image: 'tsnet/busybox',
      Cmd: ['sleep', '3600'],
      StopSignal: 'KILL',
      HostConfig: { NetworkMode: network, PortBindings: bindings },
      NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: wanted } } },
    });
    await api.must('POST', `/containers/${id}/start`);
    const { NetworkSettings } = await api.must<{ NetworkSettings: { SandboxKey: string } }>(
      'GET',
      `/containers/${id}/json`,
    );
    const namespace = this.#world.visit(name, NetworkSettings.SandboxKey);
    for (const family of families) {
      const via = address(family, number, 1);
      await namespace.run(`ip -${family} route add default via ${via} metric 9999`.split(' '));
    }
    await this.#start(namespace, name, ports);
    return namespace;
  }

  async #start(namespace: Namespace, name: string, ports: readonly number[]): Promise<void> {
    this.#agents.set(name, await AgentProcess.start(namespace, ports));
  }

  async #restart(): Promise<void> {
    await this.#daemon.stop('SIGTERM');
    await this.#daemon.start();
  }

  /** What a reload of another firewall program does to ours; the daemon puts it right soon. */
  async #reload(): Promise<void> {
    const { host } = this.#world;
    const before = await ruleCount(host);
    await host.must('nft flush ruleset');
    await setForwardPolicy(host, this.#configuration);
    await eventually(async () => expect(await ruleCount(host)).to.be.at.least(before));
  }

  /** Gives the asked containers another gateway, or takes it away. */
  async #move(way: 'connect' | 'disconnect'): Promise<void> {
    const { api } = this.#daemon;
    const settings = { EndpointConfig: { GwPriority: 100 } };
    await Promise.all(
      columns.map(({ number }) =>
        api.must('POST', `/networks/aside/${way}`, {
          Container: `server${number}`,
          ...(way === 'connect' && settings),
        }),
      ),
    );
  }
}

/** A host that is a router already, so that the daemon has no reason to change the policy of FORWARD. */
async function prepareHost({ host }: World, configuration: Configuration): Promise<void> {
  await host.sysctl('net/ipv4/ip_forward', '1');
  await host.sysctl('net/ipv6/conf/all/forwarding', '1');
  for (const tables of ['iptables', 'ip6tables']) {
    const shown = configuration.frames === 'shown' ? '1' : '0';
    await host.sysctl(`net/bridge/bridge-nf-call-${tables}`, shown);
  }
  await setForwardPolicy(host, configuration);
}

async function setForwardPolicy(host: Namespace, { forward }: Configuration): Promise<void> {
  if (forward === 'accept') return;
  for (const program of ['iptables', 'ip6tables']) await host.must(`${program} -P FORWARD DROP`);
}

/** Rules and elements alike, whatever the backend: iptables here are nftables too. */
async function ruleCount(host: Namespace): Promise<number> {
  return (await host.must('nft list ruleset')).split('\n').length;
}

/** The default backend and proxy setting are not said, so that they are what is tried. */
function flagsOf({ backend, proxy }: Configuration): string[] {
  return ['--live-restore', `--firewall-backend=${backend}`, `--userland-proxy=${proxy}`];
}

async function detour(machine: Namespace, { number, families }: Column): Promise<void> {
  const via6 = families.includes(6) ? address(6, number, 1) : undefined;
  await withoutLoopback(machine, address(4, number, 1), via6);
}

/** Makes packets for 127.0.0.1 and ::1 leave the machine, towards the host. */
async function withoutLoopback(machine: Namespace, via4: string, via6?: string): Promise<void> {
  await machine.must('ip addr del 127.0.0.1/8 dev lo');
  await machine.must(`ip route add 127.0.0.1 via ${via4}`);
  await machine.sysctl('net/ipv4/conf/eth0/route_localnet', '1');
  if (via6 === undefined) return;
  await machine.must('ip -6 addr del ::1/128 dev lo');
  await machine.must(`ip -6 route add ::1/128 via ${via6} dev eth0`);
}
