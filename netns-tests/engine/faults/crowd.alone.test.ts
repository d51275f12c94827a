import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { expectedTraces } from '../../survive/expected-traces.js';
import { foundTraces } from '../../survive/found-traces.js';
import { names } from '../../survive/machine.js';
import { differences } from '../../survive/traces.js';
import { TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';
import { isMonitor, programs } from './victims.js';
import { expectedThings, foundThings, type Things } from './whole.js';

/** Asked for in one moment. */
const AT_ONCE = 50;
/** Running together. */
const MANY = Number(process.env['CONTAINERS'] ?? 300);
/** As many users as work side by side when there are many containers. */
const USERS = 16;
/** How long a question after the daemon's health may take while it is busy. */
const PING_MS = 500;

interface Listed {
  readonly Id: string;
  readonly State: string;
}

describe('crowds of containers', function () {
  this.timeout(150_000);
  let world: World;
  let daemon: TestDaemon;
  let clean: Things;
  const everMade = new Set<string>();

  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    daemon = await TestDaemon.start(world.host, ['--log-level', 'info']);
    await daemon.api.must('POST', '/images/create?fromImage=tsnet/busybox&tag=latest');
    clean = await foundThings(daemon);
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  async function create(name: string, NetworkMode: string): Promise<string> {
    const { Id } = await daemon.api.must<{ Id: string }>(
      'POST',
      `/containers/create?name=${name}`,
      {
        Image: 'tsnet/busybox',
        Cmd: ['sleep', '1000'],
        StopSignal: 'KILL',
        Volumes: { '/anonymous': {} },
        HostConfig: { NetworkMode },
      },
    );
    everMade.add(Id);
    return Id;
  }

  const start = (id: string) => daemon.api.must('POST', `/containers/${id}/start`);
  const remove = (id: string) => daemon.api.must('DELETE', `/containers/${id}?force=1&v=1`);
  const running = async () =>
    (await daemon.api.must<Listed[]>('GET', '/containers/json'))
      .filter(({ State }) => State === 'running')
      .map(({ Id }) => Id)
      .sort();

  async function agrees(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const wrong = differences(
        await foundTraces(daemon, world.host, everMade),
        await expectedTraces(daemon),
      );
      if (wrong.length === 0 || attempt === 40) {
        expect(wrong).to.deep.equal([]);
        expect(await foundThings(daemon)).to.deep.equal(await expectedThings(daemon));
        return;
      }
      await delay(100);
    }
  }

  /** The longest that an answer to `_ping` took while some work was done. */
  async function longestPing(work: Promise<unknown>): Promise<number> {
    let longestMs = 0;
    const pings = { isOver: false };
    const asking = (async () => {
      while (!pings.isOver) {
        const before = performance.now();
        await daemon.api.must('GET', '/_ping');
        longestMs = Math.max(longestMs, performance.now() - before);
        await delay(20);
      }
    })();
    await work.finally(() => {
      pings.isOver = true;
    });
    await asking;
    return longestMs;
  }

  /** Starts and removes a crowd. @returns the longest that an answer to `_ping` took meanwhile */
  async function comesAndGoes(): Promise<number> {
    const numbers = Array.from({ length: AT_ONCE }, (_, number) => number);
    const ids = await Promise.all(numbers.map((number) => create(`box${number}`, 'bridge')));
    const begun = performance.now();
    const startMs = await longestPing(Promise.all(ids.map(start)));
    process.stdout.write(`      started in ${Math.round(performance.now() - begun)} ms\n`);
    expect(await running()).to.deep.equal([...ids].sort());
    await agrees();
    const removeMs = await longestPing(Promise.all(ids.map(remove)));
    await agrees();
    expect(await foundThings(daemon)).to.deep.equal(clean);
    const [starting, removing] = [startMs, removeMs].map(Math.round);
    process.stdout.write(`      longest ping: ${starting} ms, ${removing} ms\n`);
    return Math.max(startMs, removeMs);
  }

  it(`${AT_ONCE} are started at once and removed at once, and the daemon answers meanwhile`, async () => {
    let longestMs = await comesAndGoes();
    // The machine itself may have been held up once.
    for (let again = 0; again < 2 && longestMs >= PING_MS; again++)
      longestMs = Math.min(longestMs, await comesAndGoes());
    expect(longestMs).to.be.below(PING_MS);
  });

  it(`${MANY} run, are found again by a daemon that was killed, and are removed`, async () => {
    const numbers = Array.from({ length: MANY }, (_, number) => number);
    const ids = await byUsers(numbers, async (number) => {
      const id = await create(`many${number}`, number % 10 === 0 ? 'bridge' : 'none');
      await start(id);
      return id;
    });
    ids.sort();
    expect(await running()).to.deep.equal(ids);
    await daemon.stop('SIGKILL');
    const before = performance.now();
    await daemon.start();
    process.stdout.write(`      restart: ${Math.round(performance.now() - before)} ms\n`);
    expect(await running()).to.deep.equal(ids);
    const monitored = programs(daemon.folder).filter(isMonitor);
    expect(monitored).to.have.length(MANY);
    expect(names(join(daemon.folder, 'run/netns'))).to.deep.equal(ids.map((id) => id.slice(0, 12)));
    expect(await foundThings(daemon)).to.deep.equal(await expectedThings(daemon));
    await byUsers(ids, remove);
    await agrees();
    expect(await foundThings(daemon)).to.deep.equal(clean);
  });
});

/** Does a thing for each, as many at a time as there are users. */
async function byUsers<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const left = [...all];
  const done: R[] = [];
  const user = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) done.push(await work(one));
  };
  await Promise.all(Array.from({ length: USERS }, user));
  return done;
}
