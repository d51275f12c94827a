import type {
  ContainerCreated,
  ContainerSummary,
  ContainerTop,
  ContainerUpdated,
  ContainerWait,
} from '../types/container.js';
import type { PlannedStepView } from '../types/plan.js';
import type { ContainersPruned } from '../types/system.js';
import type { ApiClient, Hijacked } from './client.js';
import type { Incoming } from './exchange.js';
import type { QueryValues } from './query.js';

/** Parts of an inspected container that the client's own decisions need. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly State: {
    readonly Running: boolean;
    readonly Paused: boolean;
    readonly Restarting: boolean;
    readonly ExitCode: number;
  };
  readonly Config: { readonly Tty: boolean; readonly OpenStdin: boolean };
  readonly NetworkSettings: {
    readonly Ports: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
    >;
  };
}

/** A wait whose registration the daemon has confirmed. */
export interface PendingWait {
  readonly result: Promise<ContainerWait>;
}

/** Docker Engine API, tags `Container` and `Exec`. `ref`: a name, an id, or the start of one. */
export class Containers {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  list(query: QueryValues): Promise<ContainerSummary[]> {
    return this.#api.json('GET', '/containers/json', { query });
  }

  create(body: object, query: QueryValues): Promise<ContainerCreated> {
    return this.#api.json('POST', '/containers/create', { body, query });
  }

  /** What a start of a container that is created so would do to the network. Not part of Docker's API. */
  plan(body: object, query: QueryValues): Promise<PlannedStepView[]> {
    return this.#api.json('POST', '/plan/containers/create', { body, query });
  }

  inspect(ref: string): Promise<InspectedContainer> {
    return this.#api.json('GET', `${path(ref)}/json`);
  }

  /** A verb that answers without a body: start, stop, kill, pause, rename, ... */
  async act(ref: string, verb: string, query: QueryValues = {}): Promise<void> {
    await this.#api.text('POST', `${path(ref)}/${verb}`, { query });
  }

  /** Changes limits and the restart policy; gives the daemon's warnings. */
  async update(ref: string, body: object): Promise<readonly string[]> {
    const { Warnings } = await this.#api.json<ContainerUpdated>('POST', `${path(ref)}/update`, {
      body,
    });
    return Warnings ?? [];
  }

  async remove(ref: string, query: QueryValues): Promise<void> {
    await this.#api.text('DELETE', path(ref), { query });
  }

  /** Resolves when the daemon has registered the wait, so that no exit after that is missed. */
  async wait(ref: string, condition = ''): Promise<PendingWait> {
    const response = await this.#api.stream('POST', `${path(ref)}/wait`, { query: { condition } });
    const result = waitAnswer(response);
    // Who waits for it hears of its failure, but maybe only later: nobody's failure would end the program.
    result.catch(() => undefined);
    return { result };
  }

  top(ref: string, psArgs: string): Promise<ContainerTop> {
    return this.#api.json('GET', `${path(ref)}/top`, { query: { ps_args: psArgs } });
  }

  /** What the container has changed in its files. Kind: 0 modified, 1 added, 2 deleted. */
  async changes(ref: string): Promise<readonly { Kind: number; Path: string }[]> {
    const json = await this.#api.json<{ Kind: number; Path: string }[] | null>(
      'GET',
      `${path(ref)}/changes`,
    );
    return json ?? [];
  }

  logs(ref: string, query: QueryValues): Promise<Incoming> {
    return this.#api.stream('GET', `${path(ref)}/logs`, { query });
  }

  export(ref: string): Promise<Incoming> {
    return this.#api.stream('GET', `${path(ref)}/export`);
  }

  attach(ref: string, query: QueryValues): Promise<Hijacked> {
    return this.#api.hijack(`${path(ref)}/attach`, { query });
  }

  prune(filters: string): Promise<ContainersPruned> {
    return this.#api.json('POST', '/containers/prune', { query: { filters } });
  }

  execCreate(ref: string, body: object): Promise<{ readonly Id: string }> {
    return this.#api.json('POST', `${path(ref)}/exec`, { body });
  }

  /** Runs it and leaves it alone. */
  async execDetached(id: string, body: object): Promise<void> {
    await this.#api.text('POST', `/exec/${id}/start`, { body });
  }

  execAttached(id: string, body: object): Promise<Hijacked> {
    return this.#api.hijack(`/exec/${id}/start`, { body });
  }

  execInspect(
    id: string,
  ): Promise<{ readonly Running: boolean; readonly ExitCode: number | null }> {
    return this.#api.json('GET', `/exec/${id}/json`);
  }

  /** Tells the size of the terminal. `kind`: `containers` or `exec`. */
  async resize(kind: string, id: string, size: { h: number; w: number }): Promise<void> {
    await this.#api.text('POST', `/${kind}/${id}/resize`, { query: size });
  }
}

function path(ref: string): string {
  return `/containers/${encodeURIComponent(ref)}`;
}

async function waitAnswer(response: Incoming): Promise<ContainerWait> {
  const parts: Buffer[] = [];
  for await (const part of response.body) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}
