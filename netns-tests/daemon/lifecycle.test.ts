import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../world/command.js';
import { mountsBelow, TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { snapshot } from '../world/snapshot.js';
import { World } from '../world/world.js';
import { Attempts, daemonCommand } from './attempt.js';

const cli = 'docker';

describe("tsnetd's life", () => {
  let world: World;

  beforeEach(async function () {
    needsRoot.call(this);
    world = await World.create();
  });

  afterEach(() => world?.[Symbol.asyncDispose]());

  async function start(...flags: readonly string[]): Promise<TestDaemon> {
    const daemon = await TestDaemon.start(world.host, flags);
    await daemon.pull();
    return daemon;
  }

  function sleeper(daemon: TestDaemon, name: string, ...options: string[]): Promise<string> {
    const words = ['run', '-d', '--stop-signal', 'KILL', '--name', name, ...options];
    return daemon.mustRun([...words, 'tsnet/busybox', 'sleep', '600'], { cli });
  }

  /** Bridges with their addresses, and rules; no states, which change by themselves. */
  async function hostState(): Promise<string> {
    const bridges = await world.host.must('ip -br -4 addr show type bridge');
    const rules = await world.host.must('nft list ruleset');
    return bridges.replace(/ +\w+ +/g, ' ') + rules;
  }

  /** Command lines of processes that name a folder. */
  async function processesOf(folder: string): Promise<string[]> {
    const { stdout } = await run(['ps', '-eo', 'pid=,args=']);
    return stdout.split('\n').filter((line) => line.includes(folder) && !line.includes('ps -eo'));
  }

  it('listens on sockets for root alone, and warns about TCP', async () => {
    const daemon = await start('-H', 'tcp://127.0.0.1:2375');
    await using _ = daemon;
    const { mode, uid, gid } = statSync(daemon.socket);
    expect([mode & 0o777, uid, gid]).to.deep.equal([0o660, 0, 0]);
    expect(await world.host.must('busybox wget -qO- http://127.0.0.1:2375/_ping')).to.equal('OK');
    expect(daemon.log).to.match(/level=warn msg="Binding to IP address without --tlsverify/);
    expect(await world.outside.ask('tcp', '192.0.2.2', 2375)).to.equal('refused');
  });

  it('shuts other users out of the files of containers, also where they could get in before', async () => {
    await using daemon = await TestDaemon.start(world.host);
    const root = join(daemon.folder, 'data');
    const mode = () => (statSync(root).mode & 0o777).toString(8);
    expect(mode()).to.equal('710');
    await daemon.stop('SIGTERM');
    chmodSync(root, 0o711);
    await daemon.start();
    expect(mode()).to.equal('710');
  });

  it('leaves after SIGTERM only what the next start would make again', async () => {
    const daemon = await start();
    await using _ = daemon;
    const { folder } = daemon;
    await daemon.must('network create web', { cli });
    await daemon.must('run --rm --network web tsnet/busybox true', { cli });
    const before = await hostState();
    await daemon.stop('SIGTERM');
    const left = [daemon.socket, join(folder, 'run/tsnetd.pid')].filter((path) => existsSync(path));
    expect(left).to.deep.equal([]);
    expect(mountsBelow(folder)).to.deep.equal([]);
    expect(await processesOf(folder)).to.deep.equal([]);
    expect(await hostState()).to.deep.equal(before);
    expect(before).to.contain('docker0 172.17.0.1/16').and.to.contain('table ip tsnet');
  });

  it('stops containers with SIGTERM, which are there again after the next start', async () => {
    const daemon = await start();
    await using _ = daemon;
    await sleeper(daemon, 'aa', '-p', '8080:80');
    await daemon.stop('SIGTERM');
    expect(await processesOf(daemon.folder)).to.deep.equal([]);
    expect(mountsBelow(daemon.folder)).to.deep.equal([]);
    await daemon.start();
    const state = await daemon.must('inspect -f {{.State.Status}}/{{.State.ExitCode}} aa', { cli });
    expect(state).to.equal('exited/137');
    await daemon.must('start aa', { cli });
  });

  it('gives each container the time that it was created with', async () => {
    const daemon = await start();
    await using _ = daemon;
    const script = 'trap "sleep 1.5; exit 7" TERM; echo up; while :; do sleep 0.05; done';
    const run = ['run', '-d', '--name', 'slow', '--stop-timeout', '60', 'tsnet/busybox'];
    await daemon.mustRun([...run, 'sh', '-c', script], { cli });
    await daemon.mustRun(
      ['run', '-d', '--name', 'deaf', '--stop-timeout', '1', 'tsnet/busybox', 'sleep', '60'],
      { cli },
    );
    await eventually(async () => expect(await daemon.must('logs slow', { cli })).to.equal('up'));
    const begin = performance.now();
    await daemon.stop('SIGTERM');
    expect(performance.now() - begin).to.be.within(1_500, 9_000);
    await daemon.start();
    const format = '{{.Name}} {{.State.ExitCode}}';
    const ends = await daemon.mustRun(['inspect', '-f', format, 'slow', 'deaf'], { cli });
    expect(ends).to.equal('/slow 7\n/deaf 137');
  });

  it('with --live-restore leaves containers running, their network too', async () => {
    const daemon = await start('--live-restore');
    await using _ = daemon;
    const nc = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];
    const server = ['--name', 'ww', '-p', '8080:80', '--stop-signal', 'KILL', 'tsnet/busybox'];
    await daemon.mustRun(['run', '-d', ...server, ...nc], { cli });
    const pid = await daemon.must('inspect -f {{.State.Pid}} ww', { cli });
    await daemon.stop('SIGTERM');
    expect(existsSync(`/proc/${pid}`)).to.equal(true);
    expect(await world.outside.ask('tcp', '192.0.2.2', 8080)).to.equal('hello');
    await daemon.start();
    expect(await daemon.must('inspect -f {{.State.Pid}} ww', { cli })).to.equal(pid);
    expect(await world.outside.ask('tcp', '192.0.2.2', 8080)).to.equal('hello');
    await daemon.must('rm -f ww', { cli });
  });

  it('refuses a second daemon on the same folders or network, which harms nothing', async () => {
    const daemon = await start();
    await using _ = daemon;
    await sleeper(daemon, 'aa', '-p', '8080:80');
    const attempts = new Attempts(world.host);
    await using __ = attempts;
    const elsewhere = new Attempts(world.outside);
    await using ___ = elsewhere;
    const before = await snapshot(world.host);
    const own = (name: string) => join(attempts.folder, name);
    const socket = ['-H', `unix://${own('sock')}`];
    const run = ['--exec-root', join(daemon.folder, 'run')];
    const data = ['--data-root', join(daemon.folder, 'data')];
    const refusals = [
      [await elsewhere.run([...run, ...data, ...socket]), 'is in use by another tsnetd'],
      [await elsewhere.run([...data, ...socket]), `data-root ${daemon.folder}/data is in use`],
      [await elsewhere.run([...run, ...socket]), `exec-root ${daemon.folder}/run is in use`],
      [await elsewhere.run(['-H', `unix://${daemon.socket}`]), 'another daemon is listening there'],
      [await attempts.run(socket), 'another tsnetd works in this network namespace'],
      [
        await elsewhere.run([...socket, '--pidfile', join(daemon.folder, 'run/tsnetd.pid')]),
        /process with PID \d+ is still running/,
      ],
    ] as const;
    for (const [{ code, stderr, mounts }, message] of refusals) {
      if (message instanceof RegExp) expect(stderr).to.match(message);
      else expect(stderr).to.contain(message);
      expect([code, stderr.trimEnd().split('\n').length, mounts]).to.deep.equal([1, 1, []]);
    }
    expect(await snapshot(world.host)).to.deep.equal(before);
    expect(existsSync(join(daemon.folder, 'run/tsnetd.pid'))).to.equal(true);
    expect(await daemon.must('ps --format {{.Names}}', { cli })).to.equal('aa');
    await daemon.must('stop aa', { cli });
  });

  it('is not kept from starting by what a killed daemon left', async () => {
    const daemon = await start();
    await using _ = daemon;
    await daemon.stop('SIGKILL');
    const pidfile = join(daemon.folder, 'run/tsnetd.pid');
    expect([existsSync(pidfile), existsSync(daemon.socket)]).to.deep.equal([true, true]);
    await daemon.start();
    await daemon.stop('SIGTERM');
    // The number may belong to another program by then.
    writeFileSync(pidfile, String(process.pid));
    await daemon.start();
    expect(readFileSync(pidfile, 'utf8')).to.not.equal(String(process.pid));
  });

  it('says in one line why it cannot start, and leaves nothing', async () => {
    const attempts = new Attempts(world.host);
    await using _ = attempts;
    const own = (name: string) => join(attempts.folder, name);
    const socket = ['-H', `unix://${own('sock')}`];
    writeFileSync(own('file'), '');
    const hidden = 'mount --bind "$0" "$(command -v conmon)" && exec "$@"';
    const withoutConmon = ['unshare', '--mount', 'sh', '-c', hidden, own('file')];
    await world.host.echo('tcp/2375');
    const before = await snapshot(world.host);
    const failures = [
      [await attempts.run([...socket, '--data-root', own('file/data')]), 'cannot use data-root'],
      [await attempts.run([...socket, '-H', 'tcp://0.0.0.0:2375', '--tls=false']), 'EADDRINUSE'],
      [
        await attempts.run([...socket, '-H', 'tcp://203.0.113.1:1', '--tls=false']),
        'EADDRNOTAVAIL',
      ],
      [await attempts.run(socket, withoutConmon), 'conmon not found'],
      [await attempts.run([...socket, '--default-runtime', 'nonesuch']), 'nonesuch'],
    ] as const;
    for (const [{ code, stderr, mounts }, message] of failures) {
      expect(stderr)
        .to.match(/^failed to start daemon: /)
        .and.to.contain(message);
      expect([code, stderr.trimEnd().split('\n').length, mounts]).to.deep.equal([1, 1, []]);
      expect([existsSync(own('sock')), existsSync(own('run/tsnetd.pid'))]).to.deep.equal([
        false,
        false,
      ]);
      expect(await processesOf(attempts.folder)).to.deep.equal([]);
    }
    expect(await snapshot(world.host)).to.deep.equal(before);
  });

  it('several run side by side, with the same names and ports, and know nothing of each other', async () => {
    const other = await World.create();
    await using _ = other;
    const [one, two] = await Promise.all([start(), TestDaemon.start(other.host)]);
    await using __ = one;
    await using ___ = two;
    await two.pull();
    await Promise.all(
      [one, two].map(async (daemon, at) => {
        await daemon.must('network create --subnet 10.30.0.0/24 web', { cli });
        const nc = ['nc', '-ll', '-p', '80', '-e', 'echo', `server ${at}`];
        const options = ['--name', 'ww', '--network', 'web', '-p', '8080:80'];
        const run = ['run', '-d', '--stop-signal', 'KILL', ...options, 'tsnet/busybox', ...nc];
        await daemon.mustRun(run, { cli });
      }),
    );
    const answers = await Promise.all([
      world.outside.ask('tcp', '192.0.2.2', 8080),
      other.outside.ask('tcp', '192.0.2.2', 8080),
    ]);
    expect(answers).to.deep.equal(['server 0', 'server 1']);
    await one.must('rm -f ww', { cli });
    expect(await other.outside.ask('tcp', '192.0.2.2', 8080)).to.equal('server 1');
    expect(await two.must('ps --format {{.Names}}', { cli })).to.equal('ww');
    await one.stop('SIGTERM');
    expect(await other.outside.ask('tcp', '192.0.2.2', 8080)).to.equal('server 1');
  });

  it('says as much as --log-level asks for', async () => {
    const quiet = world.host.start([
      ...daemonCommand(),
      ...['-l', 'warn', '--data-root', `${world.folder}/data`],
      ...['--exec-root', `${world.folder}/run`, '-H', `unix://${world.folder}/sock`],
    ]);
    const isUp = `until DOCKER_HOST=unix://${world.folder}/sock docker version; do sleep 0.1; done`;
    await run(['timeout', '25', 'sh', '-c', isUp]);
    expect(existsSync(`${world.folder}/sock`)).to.equal(true);
    await quiet.stop();
    expect(quiet.output).to.equal('');
  });
});
