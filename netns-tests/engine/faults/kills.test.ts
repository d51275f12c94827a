import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { expectedTraces } from '../../survive/expected-traces.js';
import { foundTraces } from '../../survive/found-traces.js';
import { Random } from '../../survive/random.js';
import { differences } from '../../survive/traces.js';
import { TestDaemon } from '../../world/daemon.js';
import { eventually } from '../../world/eventually.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';
import { containerSteps } from './container-steps.js';
import { fileSteps } from './file-steps.js';
import { described, Load, type Request } from './load.js';
import { isRefusedRightly } from './refusals.js';
import { send } from './send.js';
import { killOne, programs, type Victim } from './victims.js';
import { expectedThings, foundThings } from './whole.js';

/** Of all kinds together. */
const KILLS = Number(process.env['KILLS'] ?? 24);
/** Where no number is asked for, there are fewer on a machine that is busy. */
const LONGEST_RUN_MS = process.env['KILLS'] === undefined ? 45_000 : Number.POSITIVE_INFINITY;
/** Users at a time. */
const LOADS = 3;
/** How long users may work between two kills. */
const LONGEST_MS = 500;
/** Restarts wait, health checks come and go: what differs must be the same soon, on a busy machine a while later. */
const SETTLE_MS = 60_000;

const victims: readonly Victim[] = [
  ...(['monitor', 'runtime', 'container'] as const),
  ...(['lone runtime', 'lone runtime'] as const),
];

describe('an engine whose programs are killed at random instants', function () {
  this.timeout(KILLS * 20_000 + 120_000);
  before(needsRoot);

  it(`has after each of ${KILLS} or less exactly what it says, and goes on with all of it`, async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`      SEED=${seed}\n`);
    await using world = await World.create();
    await using daemon = await TestDaemon.start(world.host);
    await new Killing(daemon, world, new Random(seed)).run();
  });
});

/** One daemon with its users, what is killed around it, and how it is looked at. */
class Killing {
  readonly #daemon: TestDaemon;
  readonly #world: World;
  readonly #random: Random;
  readonly #killed: string[] = [];
  #loads: readonly Load[] = [];

  constructor(daemon: TestDaemon, world: World, random: Random) {
    this.#daemon = daemon;
    this.#world = world;
    this.#random = random;
  }

  async run(): Promise<void> {
    const { api, socket } = this.#daemon;
    await api.must('POST', '/images/create?fromImage=tsnet/busybox&tag=latest');
    const { body: archive } = await send(socket, 'GET', '/images/tsnet/busybox/get');
    const [daemon, random] = [this.#daemon, this.#random];
    this.#loads = Array.from(
      { length: LOADS },
      (_, number) => new Load({ number, daemon, random, archive }),
    );
    const clean = await foundThings(daemon);
    try {
      const end = performance.now() + LONGEST_RUN_MS;
      while (this.#killed.length < KILLS && performance.now() < end) await this.#round();
      await this.#removeAll();
      await this.#isWhole();
    } catch (cause) {
      throw new Error(this.#told(), { cause });
    }
    expect(await foundThings(daemon)).to.deep.equal(clean);
    await daemon.stop('SIGTERM');
    await delay(300);
    this.#tell();
    expect(programs(daemon.folder).map(({ argv }) => argv.join(' '))).to.deep.equal([]);
  }

  /** Some kills around the daemon, which goes on; or its own, with what happened before still under way. */
  async #round(): Promise<void> {
    const working = Promise.all(this.#loads.map((load) => load.run(STEPS)));
    // Its error is told of below.
    working.catch(() => {});
    for (let kills = 1 + this.#random.below(4); kills > 0; kills--) await this.#killAround();
    await delay(this.#random.next() * LONGEST_MS);
    if (this.#random.below(2) === 0) {
      this.#killed.push('daemon');
      await this.#daemon.stop('SIGKILL');
      await working;
      await this.#daemon.start();
    }
    for (const load of this.#loads) load.stop();
    await working;
    await this.#isWhole();
    if (process.env['KILLS'] !== undefined) this.#tell();
    for (const { unanswered } of this.#loads) if (unanswered) await this.#mustGo(unanswered);
    await this.#useAll();
    await this.#isWhole();
  }

  async #killAround(): Promise<void> {
    await delay(this.#random.next() * LONGEST_MS);
    const victim = this.#random.pick(victims) ?? 'monitor';
    if (await killOne(this.#daemon.folder, victim, this.#random)) this.#killed.push(victim);
  }

  /** Compares until nothing differs any more. @throws what differs after a while */
  async #isWhole(): Promise<void> {
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      const wrong = await this.#differences().catch((error: unknown) => [String(error)]);
      if (wrong.length === 0) return;
      if (performance.now() > deadline) throw new Error(wrong.join('\n'));
      await delay(100);
    }
  }

  async #differences(): Promise<string[]> {
    const all = await this.#daemon.api.must<{ Id: string }[]>('GET', '/containers/json?all=1');
    const everMade = new Set(this.#loads.flatMap((load) => [...load.everMade]));
    for (const { Id } of all) everMade.add(Id);
    const traces = differences(
      await foundTraces(this.#daemon, this.#world.host, everMade),
      await expectedTraces(this.#daemon),
    );
    const found = await foundThings(this.#daemon);
    const expected = await expectedThings(this.#daemon);
    return [
      // Programs in containers, health checks among them, come and go; a container outlives its monitor.
      ...traces.filter((line) => !/^makers: .* exec |^monitors: - /.test(line)),
      ...found.filter((one) => !expected.includes(one)).map((one) => `+ ${one}`),
      ...expected.filter((one) => !found.includes(one)).map((one) => `- ${one}`),
      ...(await this.#broken()),
    ];
  }

  /** What a user was told, and is not so: gone what was made, back what was deleted. */
  async #broken(): Promise<string[]> {
    const questions = this.#loads.flatMap(({ containers, volumes, tags }) => [
      ...promises('/containers/*/json', containers),
      ...promises('/volumes/*', volumes),
      ...promises('/images/*/json', tags),
    ]);
    const answers = await Promise.all(
      questions.map(async ({ path, status }) => {
        const answer = await send(this.#daemon.socket, 'GET', path);
        return answer.status === status ? [] : [`${path}: ${answer.status}`];
      }),
    );
    return answers.flat();
  }

  /** Repeats a request that got no answer: whatever is refused must be for a reason that can be seen. */
  async #mustGo(request: Request): Promise<void> {
    const { method, path, body } = request;
    // Programs that were to be run are forgotten with the daemon.
    if (path.startsWith('/exec/')) return;
    const answer = await send(this.#daemon.socket, method, path, body);
    if (await isRefusedRightly(this.#daemon, request, answer)) return;
    throw new Error(`${described(request)}: ${answer.status} ${answer.body}`);
  }

  /** Whatever state a kill left a container in, it can be used. */
  async #useAll(): Promise<void> {
    const all = await this.#daemon.api.must<{ Id: string; State: string }[]>(
      'GET',
      '/containers/json?all=1',
    );
    await Promise.all(
      all.map(async ({ Id, State }) => {
        const path = `/containers/${Id}`;
        const logs = await this.#mustAnswer(`${path}/logs?stdout=1`);
        expect(gapsIn(String(logs)), `log of ${Id}`).to.deep.equal([]);
        if (State === 'paused') await this.#mustGo({ method: 'POST', path: `${path}/unpause` });
        else if (State !== 'running') await this.#mustGo({ method: 'POST', path: `${path}/start` });
        else await this.#mustGo({ method: 'POST', path: `${path}/stop?t=1` });
      }),
    );
  }

  /** An answer, or that the container is gone: one that is just being removed must be so soon. */
  #mustAnswer(path: string): Promise<Buffer> {
    return eventually(async () => {
      const answer = await send(this.#daemon.socket, 'GET', path);
      if (answer.status < 400 || answer.status === 404) return answer.body;
      throw new Error(`GET ${path}: ${answer.status} ${answer.body}`);
    });
  }

  async #removeAll(): Promise<void> {
    const { api, socket } = this.#daemon;
    for (const { Id } of await api.must<{ Id: string }[]>('GET', '/containers/json?all=1'))
      await send(socket, 'DELETE', `/containers/${Id}?force=1&v=1`);
    const { Volumes } = await api.must<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
    for (const { Name } of Volumes ?? []) await api.must('DELETE', `/volumes/${Name}`);
    const images = await api.must<{ RepoTags: string[] | null }[]>('GET', '/images/json');
    for (const tag of images.flatMap(({ RepoTags }) => RepoTags ?? []))
      if (tag.startsWith('im')) await api.must('DELETE', `/images/${tag}`);
    await api.must('POST', '/images/prune');
    for (const { containers, volumes, tags } of this.#loads)
      for (const owned of [containers, volumes, tags]) owned.there.clear();
  }

  #tell(): void {
    const count = (one: string) => this.#killed.filter((kill) => kill === one).length;
    const kinds = ['daemon', ...new Set(victims)].map((one) => `${one} ${count(one)}`);
    process.stdout.write(`      killed: ${kinds.join(', ')}\n`);
  }

  /** What went before. */
  #told(): string {
    const histories = this.#loads.map(({ history }) => history.slice(-16).join('\n'));
    return [
      `kills: ${this.#killed.slice(-6).join(' ')}`,
      ...histories,
      this.#daemon.log.slice(-6000),
    ].join('\n--\n');
  }
}

const STEPS = [...containerSteps, ...fileSteps];

function promises(path: string, { there, gone }: Load['containers']) {
  const ask = (names: ReadonlySet<string>, status: number) =>
    [...names].map((name) => ({ path: path.replace('*', name), status }));
  return [...ask(there, 200), ...ask(gone, 404)];
}

/** Numbers that are neither the next nor the first of a run. */
function gapsIn(log: string): string[] {
  const numbers = [...log.matchAll(/n=(\d+)\r?\n/g)].map(([, number]) => Number(number));
  return numbers.flatMap((number, at) => {
    const before = numbers[at - 1];
    const isNext = before === undefined || number === 0 || number === before + 1;
    return isNext ? [] : [`${before} ${number}`];
  });
}
