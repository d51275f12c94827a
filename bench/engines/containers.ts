import type { Api } from './api.js';
import { IMAGE } from './image.js';

/** Shapes a container: the parts of the API's create body that the measurements differ in. */
export interface Shape {
  /** Default `true`, which ends at once. */
  readonly command?: readonly string[];
  /** `bridge`, `none`, `host` or a network's name. Default bridge. */
  readonly network?: string;
  /** Port of the host that leads to port 80 of the container. */
  readonly hostPort?: number;
  /** Ports of the host and those of the container that they lead to, besides. */
  readonly ports?: readonly (readonly [host: number, container: number])[];
  readonly name?: string;
}

/** A command that stays until it is killed. */
export const SLEEP: readonly string[] = ['sleep', '1000000'];

/** The calls on containers and networks that are timed, over one engine's API. */
export class Containers {
  readonly #api: Api;
  readonly #cgroupParent: string;

  /** `cgroupParent` makes the CPU time of containers countable. */
  constructor({ api, cgroupParent }: { readonly api: Api; readonly cgroupParent: string }) {
    this.#api = api;
    this.#cgroupParent = cgroupParent;
  }

  /** Creates a container and gives its id. */
  async create(shape: Shape = {}): Promise<string> {
    const { command = ['true'], network = 'bridge', name } = shape;
    const published = publishedBy(shape);
    const query = name === undefined ? '' : `?name=${name}`;
    const { Id } = await this.#api.json<{ Id: string }>('POST', `/containers/create${query}`, {
      Image: IMAGE,
      Cmd: command,
      ExposedPorts: Object.fromEntries(Object.keys(published).map((port) => [port, {}])),
      HostConfig: {
        NetworkMode: network,
        CgroupParent: this.#cgroupParent,
        PortBindings: published,
      },
    });
    return Id;
  }

  async start(id: string): Promise<void> {
    await this.#api.send('POST', `/containers/${id}/start`);
  }

  /** Waits for the end. @throws Error if the command failed */
  async wait(id: string): Promise<void> {
    const { StatusCode } = await this.#api.json<{ StatusCode: number }>(
      'POST',
      `/containers/${id}/wait`,
    );
    if (StatusCode !== 0) throw new Error(`the container's command ended with ${StatusCode}`);
  }

  /** Reads its log to the end; gives how many bytes that were, with their frames. */
  async logs(id: string): Promise<number> {
    return this.#api.length(`/containers/${id}/logs?stdout=1&stderr=1`);
  }

  /** Removes a container, also a running one. */
  async remove(id: string): Promise<void> {
    await this.#api.send('DELETE', `/containers/${id}?force=1`);
  }

  /** Creates and starts one that stays. */
  async run(shape: Shape): Promise<string> {
    const id = await this.create({ command: SLEEP, ...shape });
    await this.start(id);
    return id;
  }

  /** Its first process, as the host sees it. */
  async pid(id: string): Promise<number> {
    const { State } = await this.#api.json<{ State: { Pid: number } }>(
      'GET',
      `/containers/${id}/json`,
    );
    return State.Pid;
  }

  /** Its IPv4 address on a network. */
  async address(id: string, network = 'bridge'): Promise<string> {
    const { NetworkSettings } = await this.#api.json<{
      NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
    }>('GET', `/containers/${id}/json`);
    return NetworkSettings.Networks[network]?.IPAddress ?? '';
  }

  /** Ids of those that run. */
  async running(): Promise<string[]> {
    const list = await this.#api.json<{ Id: string }[]>('GET', '/containers/json');
    return list.map(({ Id }) => Id);
  }

  /** Runs `true` in a container. @throws Error if it failed */
  async exec(id: string): Promise<{ readonly execId: string }> {
    const { Id } = await this.#api.json<{ Id: string }>('POST', `/containers/${id}/exec`, {
      Cmd: ['true'],
      AttachStdout: true,
      AttachStderr: true,
    });
    await this.#api.sendAlone('POST', `/exec/${Id}/start`, { Detach: false, Tty: false });
    return { execId: Id };
  }

  /** Makes sure that an exec did what it should. @throws Error otherwise */
  async checkExec(execId: string): Promise<void> {
    const state = await this.#api.json<{ ExitCode: number | null }>('GET', `/exec/${execId}/json`);
    if (state.ExitCode !== 0) throw new Error(`the exec ended with ${state.ExitCode}`);
  }

  /** Creates a bridge network. */
  async createNetwork(name: string): Promise<void> {
    await this.#api.send('POST', '/networks/create', { Name: name, CheckDuplicate: true });
  }

  async removeNetwork(name: string): Promise<void> {
    await this.#api.send('DELETE', `/networks/${name}`);
  }

  async connect(network: string, id: string): Promise<void> {
    await this.#api.send('POST', `/networks/${network}/connect`, { Container: id });
  }

  async disconnect(network: string, id: string): Promise<void> {
    await this.#api.send('POST', `/networks/${network}/disconnect`, { Container: id });
  }

  /** Removes every container and every network that a measurement left. */
  async clear(): Promise<void> {
    const containers = await this.#api.json<{ Id: string }[]>('GET', '/containers/json?all=1');
    for (const { Id } of containers) await this.remove(Id);
    const networks = await this.#api.json<{ Name: string }[]>('GET', '/networks');
    const own = networks.filter(({ Name }) => !['bridge', 'host', 'none'].includes(Name));
    for (const { Name } of own) await this.removeNetwork(Name);
  }
}

/** Docker API: `PortBindings`. */
function publishedBy({ hostPort, ports = [] }: Shape): Record<string, { HostPort: string }[]> {
  const all = [...(hostPort === undefined ? [] : [[hostPort, 80] as const]), ...ports];
  return Object.fromEntries(
    all.map(([host, container]) => [`${container}/tcp`, [{ HostPort: String(host) }]]),
  );
}
