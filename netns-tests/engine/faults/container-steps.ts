import type { Load, Step } from './load.js';

/** How many containers a user may have. */
const MOST = 4;

/** Counts, so that a line that the log lacks is seen, and ends when asked to. */
const counter = 'trap "exit 0" TERM; i=0; while :; do echo n=$i; i=$((i+1)); sleep 0.02; done';

const programs: readonly (readonly string[])[] = [
  ['sh', '-c', counter],
  ['sh', '-c', counter],
  ['sh', '-c', counter],
  ['true'],
  ['sh', '-c', 'sleep 0.2; exit 1'],
];

async function create(load: Load): Promise<void> {
  if (load.containers.there.size >= MOST) return remove(load);
  const { random } = load;
  const path = `/containers/create?name=box${load.number}-${random.below(8)}`;
  const wanted = settings(load);
  const volumes = (wanted.HostConfig.Binds ?? []).map((bind) => bind.split(':')[0] ?? '');
  for (const name of volumes) if (!load.volumes.there.has(name)) load.volumes.doubt(name);
  const { status, body } = await load.ask('POST', path, wanted);
  if (status !== 201) return;
  const { Id } = JSON.parse(String(body)) as { Id: string };
  load.everMade.add(Id);
  if (!wanted.HostConfig.AutoRemove) load.containers.made(Id);
  for (const name of volumes) load.volumes.made(name);
  if (!load.once(4)) await load.ask('POST', `/containers/${Id}/start`);
}

/** Docker API: body of create. */
function settings(load: Load) {
  const { random } = load;
  const AutoRemove = load.once(4);
  // Pruning leaves volumes without a name behind, which otherwise go with their containers; images may say so, too.
  const isToPrune = load.once(3);
  const ownImage = isToPrune || !load.once(4) ? undefined : random.pick([...load.tags.there]);
  const Name = random.pick(['no', 'no', 'always', 'on-failure', 'unless-stopped']);
  return {
    Image: ownImage ?? 'tsnet/busybox',
    Cmd: random.pick(programs),
    // Said of each, as an image has the labels of the container that it was made of.
    Labels: { prune: isToPrune ? String(load.number) : '' },
    Tty: load.once(6),
    ...(!isToPrune && load.once(2) && { Volumes: { '/anonymous': {} } }),
    ...(load.once(3) && { Healthcheck: { Test: ['CMD', 'true'], Interval: 100_000_000 } }),
    HostConfig: {
      AutoRemove,
      Init: load.once(4),
      NetworkMode: load.once(3) ? 'bridge' : 'none',
      LogConfig: { Type: 'json-file', Config: { 'max-size': '2k', 'max-file': '3' } },
      ...(load.once(2) && { Binds: [`${volumeOf(load)}:/data`] }),
      ...(!AutoRemove && { RestartPolicy: { Name } }),
    },
  };
}

function volumeOf({ number, random }: Load): string {
  return `vol${number}-${random.below(3)}`;
}

async function remove(load: Load): Promise<void> {
  const id = load.anyContainer();
  if (id === undefined) return;
  load.containers.doubt(id);
  const { status } = await load.ask('DELETE', `/containers/${id}?force=1&v=1`);
  if (status === 204) load.containers.deleted(id);
  else load.containers.made(id);
}

/** Changes of a container's state, and questions that take something from it. */
const changes: Readonly<Record<string, (load: Load) => string>> = {
  start: () => '/start',
  stop: () => '/stop?t=1',
  restart: () => '/restart?t=1',
  kill: () => '/kill',
  pause: () => '/pause',
  unpause: () => '/unpause',
  rename: (load) => `/rename?name=box${load.number}-${load.random.below(8)}`,
};

const stateSteps = Object.entries(changes).map(([name, pathOf]) => {
  const step: Step = async (load) => {
    const id = load.anyContainer();
    if (id === undefined) return create(load);
    return load.ask('POST', `/containers/${id}${pathOf(load)}`);
  };
  Object.defineProperty(step, 'name', { value: name });
  return step;
});

async function update(load: Load): Promise<unknown> {
  const id = load.anyContainer();
  const Name = load.random.pick(['no', 'always', 'unless-stopped']);
  const change = load.once(2)
    ? { CpuShares: 2 + load.random.below(1000) }
    : { RestartPolicy: { Name } };
  return id && load.ask('POST', `/containers/${id}/update`, change);
}

/** A user's own that do not run. */
async function prune(load: Load): Promise<void> {
  const filters = JSON.stringify({ label: [`prune=${load.number}`] });
  const before = [...load.containers.there];
  for (const id of before) load.containers.doubt(id);
  const path = `/containers/prune?filters=${encodeURIComponent(filters)}`;
  const { status, body } = await load.ask('POST', path);
  const { ContainersDeleted } = (status === 200 ? JSON.parse(String(body)) : {}) as {
    ContainersDeleted?: readonly string[] | null;
  };
  for (const id of before) load.containers.made(id);
  for (const id of ContainersDeleted ?? []) load.containers.deleted(id);
}

/** Questions that take something from a container. */
const questions = [
  'logs?stdout=1&stderr=1',
  'changes',
  'top',
  'stats?stream=0&one-shot=1',
  'export',
];

async function ask(load: Load): Promise<unknown> {
  const id = load.anyContainer();
  return id && load.ask('GET', `/containers/${id}/${load.random.pick(questions)}`);
}

async function exec(load: Load): Promise<void> {
  const id = load.anyContainer();
  if (id === undefined) return;
  const Cmd = ['sleep', load.once(3) ? '2' : '0.05'];
  const { status, body } = await load.ask('POST', `/containers/${id}/exec`, { Cmd });
  if (status !== 201) return;
  const { Id } = JSON.parse(String(body)) as { Id: string };
  await load.ask('POST', `/exec/${Id}/start`, { Detach: true });
}

/** The more often a step is in the list, the likelier it is. */
export const containerSteps: readonly Step[] = [
  ...[create, create, create, create, create, remove, exec, exec, exec, update, ask, ask, prune],
  ...stateSteps,
];
