import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Background } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { expectedTraces } from './expected-traces.js';
import { foundTraces } from './found-traces.js';

const PORT = 18080;
const cli = { cli: 'docker' } as const;
/** Says a line, waits for a file, says another and ends. */
const untilTold = 'echo one; until [ -e /signs/go ]; do sleep 0.05; done; echo two; exit 7';
/** Talks to the echo server on and on, and says what comes back. */
const talk = '(i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done) | nc srv 80';

interface Inspected {
  readonly Id: string;
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly Pid: number };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

/** Tests in the order of a story: what one leaves, the next finds. */
describe('containers whose daemon is killed', () => {
  let world: World;
  let daemon: TestDaemon;
  let flow: Background;
  const known = new Map<string, Inspected>();
  const inspect = (name: string) => daemon.api.must<Inspected>('GET', `/containers/${name}/json`);
  const running = ['srv', 'peer', 'plain', 'hosty', 'lonely', 'joiner'];

  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    daemon = await TestDaemon.start(world.host);
    const run = (options: string, ...command: string[]) =>
      daemon.mustRun(['run', '-d', ...options.split(' '), 'tsnet/busybox', ...command], cli);
    await daemon.pull();
    await daemon.must('network create web', cli);
    const signs = `-v ${world.folder}:/signs`;
    await run(`--name srv --network web -p ${PORT}:80`, 'nc', '-ll', '-p', '80', '-e', 'cat');
    await Promise.all([
      run('--name peer --network web', 'sh', '-c', talk),
      run('--name plain', 'sleep', '600'),
      run('--name hosty --network host', 'sleep', '600'),
      run('--name lonely --network none', 'sleep', '600'),
      run('--name joiner --network container:srv', 'sleep', '600'),
      run(`--name ender --network web ${signs}`, 'sh', '-c', untilTold),
      run(`--name vanisher --rm ${signs}`, 'sh', '-c', untilTold),
    ]);
    for (const name of [...running, 'ender', 'vanisher']) known.set(name, await inspect(name));
    const program = fileURLToPath(new URL('./flow.js', import.meta.url));
    flow = world.outside.start([process.execPath, program, '192.0.2.2', String(PORT)]);
    await flow.waitFor(/^5$/m);
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  it('go on without it: connections, new ones too, and what they write', async () => {
    await daemon.stop('SIGKILL');
    const last = lastOf(flow.output);
    const ticks = await logged(daemon, known, 'peer');
    await flow.waitFor(new RegExp(`^${last + 10}$`, 'm'));
    await eventually(async () =>
      expect(await logged(daemon, known, 'peer')).to.be.greaterThan(ticks + 3),
    );
    expect(flow.output).not.to.contain('end');
    expect(await echo(world, 'hello')).to.equal('hello');
  });

  it('that end meanwhile keep exit codes and output; --rm ones are gone', async () => {
    const process = processOf(known, 'ender');
    writeFileSync(join(world.folder, 'go'), '');
    await process.gone();
    await processOf(known, 'vanisher').gone();
    await daemon.start();
    const { State } = await inspect('ender');
    expect([State.Status, State.ExitCode]).to.deep.equal(['exited', 7]);
    expect(await daemon.must('logs ender', cli)).to.equal('one\ntwo');
    expect(await daemon.must('wait ender', cli)).to.equal('7');
    const { status } = await daemon.api.ask('GET', '/containers/vanisher/json');
    expect(status).to.equal(404);
  });

  it('are the same to the next daemon, with addresses and processes', async () => {
    for (const name of running) {
      const [was, is] = [known.get(name), await inspect(name)];
      expect(is.State, name).to.deep.equal(was?.State);
      expect(is.NetworkSettings, name).to.deep.equal(was?.NetworkSettings);
    }
    const shown = await daemon.must('ps --format {{.Names}}', cli);
    expect(shown.split('\n').sort()).to.deep.equal([...running].sort());
    expect(await daemon.must('port srv', cli)).to.contain(String(PORT));
  });

  it('still have their connections, and the published port takes new ones', async () => {
    const last = lastOf(flow.output);
    await flow.waitFor(new RegExp(`^${last + 10}$`, 'm'));
    expect(flow.output).not.to.contain('end');
    expect(await echo(world, 'again')).to.equal('again');
  });

  it('resolve old and new names, and new containers get no address in use', async () => {
    await daemon.must('run -d --name later --network web tsnet/busybox sleep 600', cli);
    await daemon.must('run -d --name late2 tsnet/busybox sleep 600', cli);
    const [srv, later] = [address(await inspect('srv')), address(await inspect('later'))];
    expect(await daemon.must('exec peer nslookup srv', cli)).to.contain(`Address: ${srv}`);
    expect(await daemon.must('exec peer nslookup later', cli)).to.contain(`Address: ${later}`);
    expect(await daemon.must('exec later nslookup peer', cli)).to.contain(
      `Address: ${address(await inspect('peer'))}`,
    );
    const all = [...running, 'later', 'late2'].filter((n) => !/hosty|lonely|joiner/.test(n));
    const addresses = await Promise.all(all.map(async (name) => address(await inspect(name))));
    expect(new Set(addresses).size).to.equal(all.length);
  });

  it('keep their ports from others', async () => {
    const { stderr } = await daemon.run(
      ['run', '-d', '--name', 'rival', '-p', `${PORT}:80`, 'tsnet/busybox', 'true'],
      cli,
    );
    expect(stderr).to.match(/port is already allocated|address already in use/);
    const { code } = await world.host.run([
      'busybox',
      'timeout',
      '10',
      'nc',
      '-l',
      '-p',
      String(PORT),
    ]);
    expect(code).to.equal(1);
    await daemon.must('rm rival', cli);
  });

  it('answer to exec, logs, wait, stop, start and rm as ever', async () => {
    expect(await daemon.must('exec plain echo hi', cli)).to.equal('hi');
    expect(await daemon.must('logs --tail 1 peer', cli)).to.match(/^\d+$/);
    const waiting = daemon.must('wait plain', cli);
    await delay(100);
    await daemon.must('stop -t 0 plain', cli);
    expect(await waiting).to.equal('137');
    await daemon.must('start plain', cli);
    expect((await inspect('plain')).State.Status).to.equal('running');
    await daemon.must('restart -t 0 srv', cli);
    // With another MAC than before, which the host must have been told of.
    expect(await echo(world, 'restarted')).to.equal('restarted');
  });

  it('leave nothing when they go', async () => {
    const ids = await daemon.must('ps -aq --no-trunc', cli);
    await daemon.must(`rm -f ${ids.replaceAll('\n', ' ')}`, cli);
    await daemon.must('network rm web', cli);
    const everMade = new Set([...ids.split('\n'), ...[...known.values()].map(({ Id }) => Id)]);
    const expected = await expectedTraces(daemon);
    await eventually(async () =>
      expect(await foundTraces(daemon, world.host, everMade)).to.deep.equal(expected),
    );
    expect(expected.bridges).to.deep.equal(['docker0']);
  });
});

/** The last number that came back. */
function lastOf(output: string): number {
  return Number(output.trimEnd().split('\n').at(-1));
}

/** The last number that a container's log file has; no daemon is needed for that. */
async function logged(
  daemon: TestDaemon,
  known: ReadonlyMap<string, Inspected>,
  name: string,
): Promise<number> {
  const id = known.get(name)?.Id ?? '';
  const text = await readFile(join(daemon.folder, 'data/containers', id, `${id}-json.log`), 'utf8');
  return Number(/(\d+)\s*$/.exec(text)?.[1]);
}

/** A container's first process, watched without a daemon. */
function processOf(known: ReadonlyMap<string, Inspected>, name: string) {
  const pid = known.get(name)?.State.Pid ?? 0;
  return {
    gone: () => eventually(() => expect(existsSync(`/proc/${pid}`), name).to.equal(false)),
  };
}

function address({ NetworkSettings: { Networks } }: Inspected): string {
  return Object.values(Networks)[0]?.IPAddress ?? '';
}

/** What an echo server behind the published port makes of a line, asked from outside until it listens. */
async function echo(world: World, line: string): Promise<string> {
  const ask = `echo ${line} | busybox timeout 2 busybox nc 192.0.2.2 ${PORT}`;
  return eventually(async () => {
    const { stdout } = await world.outside.run(['sh', '-c', ask]);
    expect(stdout).not.to.equal('');
    return stdout.trim();
  });
}
