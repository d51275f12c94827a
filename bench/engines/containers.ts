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
  async create({ command = ['true'], network = 'bridge', hostPort }: Shape = {}): Promise<string> {
    const published = hostPort !== undefined && {
      PortBindings: { '80/tcp': [{ HostPort: String(hostPort) }] },
    };
    const { Id } = await this.#api.json<{ Id: string }>('POST', '/containers/create', {
      Image: IMAGE,
      Cmd: command,
      ...(published && { ExposedPorts: { '80/tcp': {} } }),
      HostConfig: { NetworkMode: network, CgroupParent: this.#cgroupParent, ...published },
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
