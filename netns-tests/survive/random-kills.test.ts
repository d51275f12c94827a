import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { type Snapshot, snapshot } from '../world/snapshot.js';
import { World } from '../world/world.js';
import { expectedTraces } from './expected-traces.js';
import { foundTraces } from './found-traces.js';
import { commandLines, mentions } from './machine.js';
import { Random } from './random.js';
import { unjustified } from './refusals.js';
import { differences } from './traces.js';
import { type Answer, described, type Request, Workload } from './workload.js';

const KILLS = Number(process.env['KILLS'] ?? 14);
/** Operations that go on at a time. */
const LOADS = Number(process.env['LOADS'] ?? 4);
/** How long after the start of the workload the daemon is killed, at most. */
const LONGEST_MS = 900;
/** What was deleted may still be seen for a moment: the kernel takes namespaces apart in the background. */
const SETTLE_MS = 20_000;

const PARENT = 'parent0';

for (const flags of [[], ['--firewall-backend=iptables', '--icc=false']]) {
  describe(`a daemon killed at random instants ${flags.join(' ')}`, function () {
    this.timeout(300_000);
    before(needsRoot);

    it('finds after each start exactly what exists, and can go on with all of it', async () => {
      const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
      process.stdout.write(`      SEED=${seed}\n`);
      await using world = await World.create();
      await world.host.must(`ip link add ${PARENT} type veth peer name parent1`);
      await using daemon = await TestDaemon.start(world.host, flags);
      await new Killing(daemon, world.host, seed).run();
    });
  });
}

/** One daemon, what is done to it, and how it is looked at. */
class Killing {
  readonly #daemon: TestDaemon;
  readonly #host: Namespace;
  readonly #seed: number;
  readonly #random: Random;
  readonly #everMade = new Set<string>();
  #loads: readonly Workload[] = [];
  #kill = 0;

  constructor(daemon: TestDaemon, host: Namespace, seed: number) {
    this.#daemon = daemon;
    this.#host = host;
    this.#seed = seed;
    this.#random = new Random(seed);
  }

  async run(): Promise<void> {
    await this.#daemon.pull();
    await this.#forwardIPv6();
    const clean = await quietSnapshot(this.#host);
    let longestMs = 0;
    for (this.#kill = 0; this.#kill < KILLS; this.#kill++) {
      longestMs = Math.max(longestMs, await this.#workAndKill());
      await this.#sameTraces();
      for (const { unanswered } of this.#loads) if (unanswered) await this.#mustGo(unanswered);
      await this.#useSome();
      await this.#sameTraces();
    }
    process.stdout.write(`      longest restart ${Math.round(longestMs)} ms\n`);
    await this.#removeAll();
    await this.#sameTraces();
    const end = await quietSnapshot(this.#host);
    for (const key of ['links', 'addresses', 'routes', 'rules', 'sysctls'] as const)
      expect(end[key], key).to.deep.equal(clean[key]);
    await this.#nothingRuns();
  }

  /** Switched on with the first network that needs it, for good, so that it is no trace of a crash. */
  async #forwardIPv6(): Promise<void> {
    await this.#daemon.api.must('POST', '/networks/create', { Name: 'net02', EnableIPv6: true });
    await this.#daemon.api.must('DELETE', '/networks/net02');
  }

  /** Answers with the time that the restart took. */
  async #workAndKill(): Promise<number> {
    const [daemon, random, everMade] = [this.#daemon, this.#random, this.#everMade];
    const parents = [PARENT];
    this.#loads = Array.from(
      { length: LOADS },
      () => new Workload({ daemon, random, everMade, parents }),
    );
    const work = this.#loads.map((load) => load.run());
    await delay(this.#random.next() * LONGEST_MS);
    await daemon.stop('SIGKILL');
    await Promise.all(work);
    const before = performance.now();
    await daemon.start();
    return performance.now() - before;
  }

  /** Compares until nothing differs any more. @throws the last difference */
  async #sameTraces(): Promise<void> {
    const { api } = this.#daemon;
    for (const { Id } of await api.must<{ Id: string }[]>('GET', '/containers/json?all=1'))
      this.#everMade.add(Id);
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      const found = await foundTraces(this.#daemon, this.#host, this.#everMade);
      const expected = await expectedTraces(this.#daemon);
      try {
        expect(differences(found, expected)).to.deep.equal([]);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw this.#told(error);
        await delay(50);
      }
    }
  }

  /** Repeats what the daemon was asked for when it died, and the like: whatever is refused must be somebody's. */
  async #mustGo(request: Request): Promise<void> {
    const answer = await this.#answerTo(request);
    const { Id } = (answer.body ?? {}) as { Id?: string };
    if (answer.status === 201 && request.path.startsWith('/containers/create')) {
      this.#everMade.add(Id ?? '');
      await this.#mustGo({ method: 'POST', path: `/containers/${Id}/start` });
    }
  }

  /** Who is in the way may just be ending: what nobody has must be free soon. */
  async #answerTo(request: Request): Promise<Answer> {
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      const answer = await this.#daemon.api.ask(request.method, request.path, request.body);
      const wrong = await unjustified(this.#daemon, request, answer);
      if (wrong === undefined) return answer;
      if (performance.now() > deadline)
        throw this.#told(new Error(`${described(request)}: ${wrong}`));
      await delay(100);
    }
  }

  /** Whatever state a kill left a container in, it can be used. */
  async #useSome(): Promise<void> {
    const all = await this.#daemon.api.must<{ Id: string; State: string }[]>(
      'GET',
      '/containers/json?all=1',
    );
    for (const { Id, State } of all) {
      const path = `/containers/${Id}`;
      const change = State === 'running' ? `${path}/stop?t=1` : `${path}/start`;
      const request = this.#random.pick([
        { method: 'POST', path: change },
        { method: 'DELETE', path: `${path}?force=1` },
        { method: 'GET', path: `${path}/logs?stdout=1` },
      ]);
      if (request) await this.#mustGo(request);
    }
  }

  async #removeAll(): Promise<void> {
    const { api } = this.#daemon;
    for (const { Id } of await api.must<{ Id: string }[]>('GET', '/containers/json?all=1'))
      await api.ask('DELETE', `/containers/${Id}?force=1`);
    const names = (await api.must<{ Name: string }[]>('GET', '/networks')).map(({ Name }) => Name);
    // Those that others were made of go last.
    for (const name of names.filter((one) => /^net\d/.test(one)).sort((a, b) => (a < b ? 1 : -1)))
      await api.must('DELETE', `/networks/${name}`);
  }

  /** With the daemon goes the proxy that has nothing to do; nothing else of its folders runs either. */
  async #nothingRuns(): Promise<void> {
    await this.#daemon.stop('SIGTERM');
    const left = () =>
      commandLines()
        .filter(({ argv }) => mentions(argv, this.#daemon.folder))
        .map(({ argv }) => argv.join(' '));
    const deadline = performance.now() + SETTLE_MS;
    while (left().length > 0 && performance.now() < deadline) await delay(50);
    expect(left()).to.deep.equal([]);
  }

  /** With what went before. */
  #told(error: unknown): unknown {
    const history = this.#loads.map((load) => load.history.slice(-12).join('\n')).join('\n--\n');
    process.stdout.write(`kill ${this.#kill} of SEED=${this.#seed}\n${history}\n`);
    process.stdout.write(`${this.#daemon.log}\n`);
    return error;
  }
}

/** Without what the kernel numbers and counts as it likes, and without link-local addresses, which come when they come. */
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
    rules: seen.rules
      .replaceAll(/counter packets \d+ bytes \d+/g, 'counter')
      .split('\n')
      .sort()
      .join('\n'),
  };
}
