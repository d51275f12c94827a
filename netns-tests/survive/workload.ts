import { setTimeout as delay } from 'node:timers/promises';
import type { TestDaemon } from '../world/daemon.js';
import type { Random } from './random.js';

/** Answers of 5xx are bugs; these are refusals that are expected now and then when things overlap. */
type Step = (load: Workload) => Promise<void>;

/** How many containers and networks there may be, so that a comparison stays quick. */
const MOST = { containers: 6, networks: 3 };

/** A program that ends at once when asked to. */
const program = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];

/** Operations on containers and networks, chosen at random, one after another, until the daemon is dead. */
export class Workload {
  readonly daemon: TestDaemon;
  readonly random: Random;
  /** Ids of all containers that were ever made. */
  readonly everMade: Set<string>;
  /** What was asked for and how it was answered. */
  readonly history: string[] = [];

  constructor(parts: { daemon: TestDaemon; random: Random; everMade: Set<string> }) {
    this.daemon = parts.daemon;
    this.random = parts.random;
    this.everMade = parts.everMade;
  }

  /** Goes on until a request is not answered any more. Answers with the last operation. */
  async run(): Promise<void> {
    try {
      for (;;) await (this.random.pick(steps) ?? steps[0])?.(this);
    } catch (error) {
      if (
        !(
          error instanceof Error &&
          /ECONNRESET|ECONNREFUSED|EPIPE|hang up|cut short/.test(error.message)
        )
      )
        throw error;
    }
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    this.history.push(`${method} ${path}`);
    const answer = await this.daemon.api.ask(method, path, body);
    this.history.push(
      `  ${answer.status} ${answer.status < 400 ? '' : JSON.stringify(answer.body)}`,
    );
    return answer;
  }

  async containers(state?: string): Promise<string[]> {
    const all = (await this.daemon.api.must('GET', '/containers/json?all=1')) as {
      Id: string;
      State: string;
    }[];
    for (const { Id } of all) this.everMade.add(Id);
    return all.filter(({ State }) => state === undefined || State === state).map(({ Id }) => Id);
  }

  /** Networks that a user made. */
  async networks(): Promise<string[]> {
    const all = (await this.daemon.api.must('GET', '/networks')) as { Id: string; Name: string }[];
    return all.filter(({ Name }) => !/^(bridge|host|none)$/.test(Name)).map(({ Id }) => Id);
  }
}

async function create(load: Workload): Promise<void> {
  if ((await load.containers()).length >= MOST.containers) return removeOne(load);
  const network = load.random.pick([
    ...(await load.networks()),
    'bridge',
    'bridge',
    'host',
    'none',
  ]);
  const port = load.random.below(3) === 0 ? String(18000 + load.random.below(1000)) : undefined;
  const { body } = await load.ask('POST', '/containers/create', {
    Image: 'tsnet/busybox',
    Cmd: load.random.below(4) === 0 ? ['true'] : program,
    HostConfig: {
      NetworkMode: network,
      AutoRemove: load.random.below(3) === 0,
      ...(port && { PortBindings: { '80/tcp': [{ HostPort: port }] } }),
    },
  });
  const { Id } = body as { Id?: string };
  if (Id === undefined) return;
  load.everMade.add(Id);
  if (load.random.below(4) > 0) await load.ask('POST', `/containers/${Id}/start`);
}

async function start(load: Workload): Promise<void> {
  const id = load.random.pick([
    ...(await load.containers('created')),
    ...(await load.containers('exited')),
  ]);
  if (id === undefined) return create(load);
  await load.ask('POST', `/containers/${id}/start`);
}

async function stop(load: Workload): Promise<void> {
  const id = load.random.pick(await load.containers('running'));
  if (id === undefined) return create(load);
  await load.ask('POST', `/containers/${id}/stop?t=1`);
}

async function removeOne(load: Workload): Promise<void> {
  const id = load.random.pick(await load.containers());
  if (id !== undefined) await load.ask('DELETE', `/containers/${id}?force=1`);
}

async function connect(load: Workload): Promise<void> {
  const network = load.random.pick(await load.networks());
  const Container = load.random.pick(await load.containers('running'));
  if (network === undefined || Container === undefined) return createNetwork(load);
  await load.ask('POST', `/networks/${network}/connect`, { Container });
}

async function disconnect(load: Workload): Promise<void> {
  const network = load.random.pick(await load.networks());
  if (network === undefined) return createNetwork(load);
  const { body } = await load.daemon.api.ask('GET', `/networks/${network}`);
  const on = Object.keys((body as { Containers?: object }).Containers ?? {});
  const Container = load.random.pick(on);
  if (Container === undefined) return connect(load);
  await load.ask('POST', `/networks/${network}/disconnect`, { Container });
}

async function createNetwork(load: Workload): Promise<void> {
  if ((await load.networks()).length >= MOST.networks) return removeNetwork(load);
  const Name = `net${load.random.below(1_000_000)}`;
  await load.ask('POST', '/networks/create', { Name });
}

async function removeNetwork(load: Workload): Promise<void> {
  const network = load.random.pick(await load.networks());
  if (network !== undefined) await load.ask('DELETE', `/networks/${network}`);
}

async function exec(load: Workload): Promise<void> {
  const id = load.random.pick(await load.containers('running'));
  if (id === undefined) return create(load);
  const { body } = await load.ask('POST', `/containers/${id}/exec`, { Cmd: ['sleep', '0.05'] });
  const { Id } = body as { Id?: string };
  if (Id !== undefined) await load.ask('POST', `/exec/${Id}/start`, { Detach: true });
  await delay(1);
}

const steps: readonly Step[] = [
  ...[create, create, create, start, start, stop, stop, removeOne],
  ...[connect, connect, disconnect, createNetwork, removeNetwork, exec],
];
