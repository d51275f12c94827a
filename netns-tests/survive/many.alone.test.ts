import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Background } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

const CONTAINERS = 100;
const PORTS_EACH = 3;
/** These answer; the others only have their ports published. */
const SERVERS = 4;
const FIRST_PORT = 20000;
/** How long a restart may take: this, or on a slow machine some starts of a daemon that has nothing. */
const LIMIT_MS = 2000;
const LIMIT_STARTS = 5;
const TRIES = 3;

const portOf = (container: number, port: number) => FIRST_PORT + container * PORTS_EACH + port;

/** Docker API: body of create. */
function container(number: number): object {
  const serves = number < SERVERS;
  const ports = Array.from({ length: PORTS_EACH }, (_, port) => port);
  return {
    Image: 'tsnet/busybox',
    Cmd: serves ? ['nc', '-ll', '-p', '80', '-e', 'cat'] : ['sleep', '600'],
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${80 + port}/tcp`, {}])),
    HostConfig: {
      NetworkMode: number % 2 ? 'web' : 'bridge',
      PortBindings: Object.fromEntries(
        ports.map((port) => [`${80 + port}/tcp`, [{ HostPort: String(portOf(number, port)) }]]),
      ),
    },
  };
}

describe(`a restart with ${CONTAINERS} containers and ${CONTAINERS * PORTS_EACH} ports`, function () {
  this.timeout(240_000);
  let world: World;
  let daemon: TestDaemon;
  let limitMs: number;
  let flow: Background;
  let knocker: Background;

  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    daemon = await TestDaemon.start(world.host, ['--live-restore', '--log-level', 'info']);
    await daemon.pull();
    await daemon.must('network create web');
    limitMs = Math.max(LIMIT_MS, LIMIT_STARTS * (await startMs(await world.namespace('idle'))));
    const numbers = Array.from({ length: CONTAINERS }, (_, number) => number);
    await Promise.all([0, 1, 2, 3].map(() => startSome(numbers)));
    const program = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const servers = Array.from({ length: SERVERS }, (_, number) => String(portOf(number, 0)));
    const node = process.execPath;
    flow = world.outside.start([node, program('flow'), '192.0.2.2', servers[0] ?? '']);
    knocker = world.outside.start([node, program('knocker'), '192.0.2.2', ...servers]);
    await flow.waitFor(/^5$/m);
    await knocker.waitFor(/knocks [1-9]/);
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  async function startSome(numbers: number[]): Promise<void> {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const { Id } = await daemon.api.must<{ Id: string }>(
        'POST',
        '/containers/create',
        container(number),
      );
      await daemon.api.must('POST', `/containers/${Id}/start`);
    }
  }

  const lastOf = (text: string) => Number(text.trim().split('\n').at(-1));

  for (const [how, signal] of [
    ['a crash', 'SIGKILL'],
    ['a stop with --live-restore', 'SIGTERM'],
  ] as const) {
    it(`takes little time after ${how}, and no connection notices`, async () => {
      const took: number[] = [];
      // Something else may have kept the machine busy for a while.
      while (took.length < TRIES && (took.at(-1) ?? limitMs) >= limitMs) {
        await daemon.stop(signal);
        const begun = performance.now();
        await daemon.start();
        took.push(performance.now() - begun);
      }
      const running = await daemon.api.must<unknown[]>('GET', '/containers/json');
      expect(running).to.have.length(CONTAINERS);
      await delay(300);
      const last = lastOf(flow.output);
      await flow.waitFor(new RegExp(`^${last + 10}$`, 'm'));
      // Every number came back, in order, over the one connection.
      expect(flow.output.trim().split('\n').map(Number)).to.deep.equal(
        Array.from({ length: lastOf(flow.output) }, (_, at) => at + 1),
      );
      expect(knocker.output.match(/failed.*/g) ?? []).to.deep.equal([]);
      expect(Math.min(...took)).to.be.lessThan(limitMs);
    });
  }

  it('leaves the ports to their holders', async () => {
    const taken = await daemon.run([
      ...['run', '--rm', '-p', `${portOf(CONTAINERS - 1, 2)}:80`],
      ...['tsnet/busybox', 'true'],
    ]);
    expect(taken.stderr).to.contain('port is already allocated');
  });
});

/** The time that a daemon without containers takes to start. */
async function startMs(place: Namespace): Promise<number> {
  const begun = performance.now();
  await using _ = await TestDaemon.start(place);
  return performance.now() - begun;
}
