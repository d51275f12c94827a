import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

interface Event {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

describe('tsnetd told to read its file again', () => {
  let world: World;
  let daemon: TestDaemon;
  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    write({ labels: ['a=b'], mtu: 1400, experimental: true });
    daemon = await TestDaemon.start(world.host, [
      '--config-file',
      join(world.folder, 'daemon.json'),
    ]);
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const write = (content: unknown) =>
    writeFileSync(
      join(world.folder, 'daemon.json'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  const pid = async () => Number(await world.host.must(`cat ${daemon.folder}/run/tsnetd.pid`));
  /** Sends the signal and waits for the daemon to say what came of it, a further time. */
  const reload = async (said: string) => {
    const count = () => daemon.log.split(said).length;
    const before = count();
    process.kill(await pid(), 'SIGHUP');
    await eventually(() => expect(count(), daemon.log).to.equal(before + 1));
  };
  const info = () =>
    daemon.api.must<{
      Labels: string[];
      LiveRestoreEnabled: boolean;
      Debug: boolean;
      DefaultRuntime: string;
      Runtimes: Record<string, { path: string }>;
    }>('GET', '/info');
  const reloads = async () => {
    const filters = encodeURIComponent('{"type":["daemon"],"event":["reload"]}');
    const until = Date.now() / 1000 + 0.1;
    const { body } = await daemon.api.ask(
      'GET',
      `/events?since=1&until=${until}&filters=${filters}`,
    );
    // One event is an object by itself; several are lines.
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
    const lines = text.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line) as Event);
  };

  it('says at its start what of the file has no effect', () => {
    expect(daemon.log).to.match(/has no effect.*key=experimental/);
  });

  it('takes over what it can, and says what takes a restart', async () => {
    write({ labels: ['c=d', 'e=f'], 'live-restore': true, mtu: 1500, 'shutdown-timeout': 3 });
    await reload('Reloaded configuration');
    expect(await info()).to.deep.include({ Labels: ['c=d', 'e=f'], LiveRestoreEnabled: true });
    expect(daemon.log).to.match(/takes a restart.*key=mtu running=1400 file=1500/);
  });

  it('tells who follows the events', async () => {
    const [event] = await reloads();
    const { ID } = await daemon.api.must<{ ID: string }>('GET', '/info');
    expect(event).to.deep.include({ Type: 'daemon', Action: 'reload' });
    expect(event?.Actor.ID).to.equal(ID);
    expect(event?.Actor.Attributes).to.include({
      labels: '["c=d","e=f"]',
      'live-restore': 'true',
      'shutdown-timeout': '3',
      'max-concurrent-downloads': '3',
    });
  });

  it('leaves what the file does not say', async () => {
    write({});
    await reload('Reloaded configuration');
    expect((await info()).Labels).to.deep.equal(['c=d', 'e=f']);
  });

  it('takes over runtimes and what containers have by default', async () => {
    await daemon.pull();
    const { DefaultRuntime: usual, Runtimes: before } = await info();
    const runtimes = { other: { path: before[usual]?.path } };
    write({ runtimes, 'default-runtime': 'other', 'default-shm-size': '1M' });
    await reload('Reloaded configuration');
    expect(await info()).to.deep.include({ DefaultRuntime: 'other' });
    await daemon.must('run -d --name kept tsnet/busybox sleep 1000');
    const shm = 'run --rm tsnet/busybox df -k /dev/shm';
    expect(await daemon.must(shm)).to.match(/ 1024 /);

    write({ runtimes: {}, 'default-runtime': 'other' });
    await reload('Error reconfiguring the daemon');
    expect(daemon.log).to.include("specified default runtime 'other' does not exist");
    expect(await info()).to.deep.include({ DefaultRuntime: 'other' });

    write({ runtimes: {}, 'default-runtime': usual, 'default-ipc-mode': 'shareable' });
    await reload('Reloaded configuration');
    const { Runtimes } = await info();
    expect(Object.keys(Runtimes)).not.to.include('other');
    const { stderr } = await daemon.run(['create', '--runtime=other', 'tsnet/busybox']);
    expect(stderr).to.include('unknown or invalid runtime name: other');
    expect(await daemon.must('exec kept echo still there')).to.equal('still there');
    expect(await daemon.must('inspect -f {{.HostConfig.Runtime}} kept')).to.equal('other');
    await daemon.must('rm -f kept');
    const made = await daemon.must('create tsnet/busybox');
    const format = '{{.HostConfig.Runtime}} {{.HostConfig.IpcMode}} {{.HostConfig.ShmSize}}';
    const settings = await daemon.mustRun(['inspect', '-f', format, made]);
    expect(settings).to.equal(`${usual} shareable 1048576`);
    const attributes = (await reloads()).at(-1)?.Actor.Attributes;
    expect(attributes).to.include({
      runtimes: '',
      'default-runtime': usual,
      'default-ipc-mode': 'shareable',
      'default-shm-size': '1048576',
    });
    await daemon.must(`rm ${made}`);
  });

  const wrong: [string, unknown, RegExp][] = [
    ['no JSON', '{', /invalid JSON/],
    ['unknown keys', { colour: 1 }, /configuration option: colour/],
    ['what is a flag too', { debug: false }, /both as a flag and in the configuration file: debug/],
    [
      'labels that contradict each other',
      { labels: ['a=1', 'a=2'] },
      /conflict labels for a=2 and a=1/,
    ],
  ];
  for (const [what, content, message] of wrong) {
    it(`stays as it is where the file has ${what}`, async () => {
      write(content);
      await reload('Error reconfiguring the daemon');
      expect(daemon.log).to.match(message);
      expect(await info()).to.deep.include({ Labels: ['c=d', 'e=f'], LiveRestoreEnabled: true });
    });
  }

  it('leaves containers alone when it stops, once that was reloaded', async () => {
    write({ 'live-restore': true });
    await daemon.pull();
    await daemon.must('run -d --name on tsnet/busybox sleep 1000');
    await daemon.stop('SIGTERM');
    await daemon.start();
    expect(await daemon.must('ps --format {{.Names}}')).to.equal('on');
  });
});
