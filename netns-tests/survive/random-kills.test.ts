import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { type Snapshot, snapshot } from '../world/snapshot.js';
import { World } from '../world/world.js';
import { Random } from './random.js';
import { expectedTraces, foundTraces } from './traces.js';
import { Workload } from './workload.js';

const KILLS = Number(process.env['KILLS'] ?? 30);
/** How long after the start of the workload the daemon is killed, at most. */
const LONGEST_MS = 700;
/** What was deleted may still be seen for a moment: the kernel takes namespaces apart in the background. */
const SETTLE_MS = 3000;

describe('a daemon killed at random instants', function () {
  this.timeout(170_000);
  before(needsRoot);

  it('finds after each start exactly what exists, and can go on with all of it', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`      seed ${seed}\n`);
    await using world = await World.create();
    await using daemon = await TestDaemon.start(world.host);
    await daemon.api.must('POST', '/images/create?fromImage=tsnet/busybox&tag=latest');
    const clean = await quietSnapshot(world.host);
    const everMade = new Set<string>();
    const random = new Random(seed);
    const longest = { ms: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      const loads = [0, 1].map(() => new Workload({ daemon, random, everMade }));
      const work = loads.map((load) => load.run());
      await delay(random.next() * LONGEST_MS);
      await daemon.stop('SIGKILL');
      await Promise.all(work);
      const before = performance.now();
      await daemon.start();
      longest.ms = Math.max(longest.ms, performance.now() - before);
      const history = () =>
        `kill ${kill} of seed ${seed}\n${loads.map((load) => load.history.slice(-8).join('\n')).join('\n--\n')}\n${daemon.log}`;
      await sameTraces(daemon, world.host, everMade, history);
      await useAll(daemon, random, history);
    }
    process.stdout.write(`      longest restart ${Math.round(longest.ms)} ms\n`);
    await removeAll(daemon);
    await sameTraces(daemon, world.host, everMade, () => 'all removed');
    const end = await quietSnapshot(world.host);
    for (const key of ['links', 'addresses', 'routes', 'rules', 'sysctls'] as const)
      expect(end[key], key).to.deep.equal(clean[key]);
  });
});

/** Compares until nothing differs any more. @throws the last difference */
async function sameTraces(
  daemon: TestDaemon,
  host: Namespace,
  everMade: Set<string>,
  history: () => string,
): Promise<void> {
  for (const { Id } of await daemon.api.must<{ Id: string }[]>('GET', '/containers/json?all=1'))
    everMade.add(Id);
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const found = await foundTraces(daemon, host, everMade);
    const expected = await expectedTraces(daemon);
    try {
      expect(found).to.deep.equal(expected);
      return;
    } catch (error) {
      if (performance.now() < deadline) await delay(50);
      else {
        process.stdout.write(`${history()}\n`);
        throw error;
      }
    }
  }
}

/** Every third container is started, stopped or removed: whatever state a kill left it in, it can be used. */
async function useAll(daemon: TestDaemon, random: Random, history: () => string): Promise<void> {
  const all = await daemon.api.must<{ Id: string; State: string }[]>(
    'GET',
    '/containers/json?all=1',
  );
  for (const { Id, State } of all) {
    const path = `/containers/${Id}`;
    const [method, url] = random.pick([
      State === 'running' ? ['POST', `${path}/stop?t=1`] : ['POST', `${path}/start`],
      ['DELETE', `${path}?force=1`],
      ['GET', `${path}/json`],
      ['GET', `${path}/logs?stdout=1`],
    ]) ?? ['GET', '/_ping'];
    const { status, body } = await daemon.api.ask(method ?? '', url ?? '');
    // Its network may have been removed before the kill; a `--rm` container may have ended meanwhile.
    const fine =
      status < 400 || /network .* not found|No such container/.test(JSON.stringify(body));
    if (!fine) throw new Error(`${method} ${url}: ${status} ${JSON.stringify(body)}\n${history()}`);
  }
}

async function removeAll(daemon: TestDaemon): Promise<void> {
  for (const { Id } of await daemon.api.must<{ Id: string }[]>('GET', '/containers/json?all=1'))
    await daemon.api.ask('DELETE', `/containers/${Id}?force=1`);
  for (const { Id, Name } of await daemon.api.must<{ Id: string; Name: string }[]>(
    'GET',
    '/networks',
  ))
    if (!/^(bridge|host|none)$/.test(Name)) await daemon.api.must('DELETE', `/networks/${Id}`);
}

/** Without what the kernel numbers as it likes, and without link-local addresses, which come when they come. */
async function quietSnapshot(host: Namespace): Promise<Snapshot> {
  const seen = await snapshot(host);
  const plain = (line: string) =>
    line.replace(/^\d+: /, '').replace(/state (UP|DOWN)|<[^>]*>| linkdown/g, '');
  const quiet = (lines: readonly string[]) =>
    lines
      .filter((line) => !line.includes('fe80::'))
      .map(plain)
      .sort();
  return {
    ...seen,
    links: quiet(seen.links),
    addresses: quiet(seen.addresses),
    routes: quiet(seen.routes),
    rules: seen.rules.split('\n').sort().join('\n'),
  };
}
