import { setTimeout as delay } from 'node:timers/promises';
import { networkKinds } from './network-steps.js';
import { type PublishedPorts, publishing } from './port-wishes.js';
import type { Step, Workload } from './workload.js';

/** How many containers there may be, so that a comparison stays quick. */
const MOST = 7;
/** Few names, so that they are asked for again. */
const NAMES = 20;

/** A program that ends at once when asked to. */
const program = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];

async function create(load: Workload): Promise<void> {
  if ((await load.containers()).length >= MOST) {
    await removeOne(load);
    return;
  }
  const name = anyName(load);
  const { body } = await load.ask('POST', `/containers/create?name=${name}`, await wanted(load));
  const { Id } = body as { Id?: string };
  if (Id === undefined) return;
  load.everMade.add(Id);
  if (!load.once(4)) await load.ask('POST', `/containers/${Id}/start`);
}

async function wanted(load: Workload): Promise<object> {
  const { NetworkMode, EndpointsConfig } = await attachments(load);
  const running = await load.containers('running');
  const hasLinks = NetworkMode === 'bridge' && running.length > 0 && load.once(2);
  const isJoined = NetworkMode.startsWith('container:');
  const ports: PublishedPorts | undefined =
    !isJoined && load.once(2) ? publishing(load.random) : undefined;
  return {
    Image: 'tsnet/busybox',
    Cmd: load.once(5) ? ['true'] : program,
    ...(!isJoined && { ExposedPorts: { '80/tcp': {}, ...ports?.ExposedPorts } }),
    HostConfig: {
      NetworkMode,
      AutoRemove: load.once(3),
      ...(ports && { PortBindings: ports.PortBindings }),
      ...(hasLinks && { Links: [`${load.random.pick(running)}:friend`] }),
    },
    NetworkingConfig: { EndpointsConfig },
  };
}

/** One network, several, a special one, or another container's. */
async function attachments(load: Workload) {
  const { random } = load;
  const networks = (await load.networks()).filter(networkKinds.takesContainers);
  if (networks.length === 0 || load.once(2)) {
    const joined = load.once(3) ? random.pick(await load.containers('running')) : undefined;
    const special = random.pick(['bridge', 'bridge', 'bridge', 'bridge', 'host', 'none']);
    const NetworkMode = joined === undefined ? (special ?? 'bridge') : `container:${joined}`;
    return { NetworkMode, EndpointsConfig: {} };
  }
  const first = random.pick(networks) ?? '';
  const second = load.once(3) ? (random.pick(networks) ?? '') : first;
  const names = [...new Set([first, second])];
  const settings = names.map((name) => [name, endpoint(load, name)] as const);
  return { NetworkMode: first, EndpointsConfig: Object.fromEntries(settings) };
}

/** Docker API: `EndpointSettings`. */
function endpoint(load: Workload, network: string): object {
  const { random } = load;
  const address = networkKinds.staticAddress(network, 10 + random.below(4));
  return {
    // The default bridge knows no aliases.
    ...(network !== 'bridge' && load.once(2) && { Aliases: [`alias${random.below(3)}`] }),
    ...(load.once(2) && { GwPriority: random.below(3) }),
    ...(address !== undefined && load.once(2) && { IPAMConfig: { IPv4Address: address } }),
  };
}

async function start(load: Workload): Promise<unknown> {
  const stopped = [...(await load.containers('created')), ...(await load.containers('exited'))];
  const id = load.random.pick(stopped);
  if (id === undefined) return create(load);
  return load.ask('POST', `/containers/${id}/start`);
}

async function stop(load: Workload): Promise<unknown> {
  const id = load.random.pick(await load.containers('running'));
  if (id === undefined) return create(load);
  return load.ask('POST', `/containers/${id}/stop?t=1`);
}

async function removeOne(load: Workload): Promise<unknown> {
  const id = load.random.pick(await load.containers());
  if (id === undefined) return;
  return load.ask('DELETE', `/containers/${id}?force=1`);
}

/** Mostly one that runs and is on a network; sometimes one that is stopped, whose static address is kept for it. */
async function connect(load: Workload): Promise<unknown> {
  const network = await anyNetwork(load);
  const Container = load.random.pick(await load.containers(load.once(4) ? 'exited' : 'running'));
  if (Container === undefined) return create(load);
  const EndpointConfig = endpoint(load, network);
  return load.ask('POST', `/networks/${network}/connect`, { Container, EndpointConfig });
}

async function disconnect(load: Workload): Promise<unknown> {
  const network = await anyNetwork(load);
  const { body } = await load.daemon.api.ask('GET', `/networks/${network}`);
  const on = Object.keys((body as { Containers?: object }).Containers ?? {});
  const Container = load.random.pick(on);
  if (Container === undefined) return connect(load);
  return load.ask('POST', `/networks/${network}/disconnect`, { Container });
}

async function rename(load: Workload): Promise<unknown> {
  const id = load.random.pick(await load.containers('running'));
  if (id === undefined) return create(load);
  return load.ask('POST', `/containers/${id}/rename?name=${anyName(load)}`);
}

async function exec(load: Workload): Promise<void> {
  const id = load.random.pick(await load.containers('running'));
  if (id === undefined) return;
  const Cmd = ['sleep', '0.05'];
  const { body } = await load.ask('POST', `/containers/${id}/exec`, { Cmd });
  const { Id } = body as { Id?: string };
  // Not a thing to be repeated: programs that were to be run are forgotten with the daemon.
  if (Id !== undefined) await load.daemon.api.ask('POST', `/exec/${Id}/start`, { Detach: true });
  await delay(1);
}

async function anyNetwork(load: Workload): Promise<string> {
  const own = (await load.networks()).filter(networkKinds.takesContainers);
  return load.random.pick(['bridge', ...own]) ?? 'bridge';
}

function anyName({ random }: Workload): string {
  return `box${random.below(NAMES)}`;
}

/** The more often a step is in the list, the likelier it is. */
export const containerSteps: readonly Step[] = [
  ...[create, create, create, create, start, start, stop, stop, removeOne],
  ...[connect, connect, connect, disconnect, disconnect, rename, rename, exec],
];
