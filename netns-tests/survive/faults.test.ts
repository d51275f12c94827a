import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { must, run } from '../world/command.js';
import { mountsBelow, TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { expectedTraces } from './expected-traces.js';
import { foundTraces } from './found-traces.js';

interface Inspected {
  readonly Id: string;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly Pid: number;
    readonly Paused: boolean;
  };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

/** A program that ends at once when it is asked to, from when it says that it is ready. */
const obliging = ['sh', '-c', 'trap "exit 3" TERM; echo ready; while :; do sleep 0.05; done'];

/** One host with one daemon, and what it takes to disturb it. */
class Disturbed implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;
  readonly #made = new Set<string>();

  private constructor(world: World, daemon: TestDaemon) {
    this.world = world;
    this.daemon = daemon;
  }

  static async start(...flags: string[]): Promise<Disturbed> {
    const world = await World.create();
    const daemon = await TestDaemon.start(world.host, flags);
    await daemon.pull();
    return new Disturbed(world, daemon);
  }

  get host(): Namespace {
    return this.world.host;
  }

  /** Makes and starts a container. */
  async run(host: object = {}, Cmd: readonly string[] = obliging): Promise<string> {
    const wanted = { Image: 'tsnet/busybox', Cmd, HostConfig: host };
    const { Id } = await this.daemon.api.must<{ Id: string }>('POST', '/containers/create', wanted);
    this.#made.add(Id);
    await this.daemon.api.must('POST', `/containers/${Id}/start`);
    if (Cmd === obliging)
      await eventually(async () => expect(await this.daemon.must(`logs ${Id}`)).to.equal('ready'));
    return Id;
  }

  inspect(id: string): Promise<Inspected> {
    return this.daemon.api.must('GET', `/containers/${id}/json`);
  }

  /** Waits until a container has ended, and says how. */
  async exitCode(id: string): Promise<number> {
    const { StatusCode } = await this.daemon.api.must<{ StatusCode: number }>(
      'POST',
      `/containers/${id}/wait`,
    );
    return StatusCode;
  }

  /** Kills conmon, which is the parent of the container's first process. */
  async killMonitor(id: string): Promise<void> {
    const { State } = await this.inspect(id);
    const stat = readFileSync(`/proc/${State.Pid}/stat`, 'latin1');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const pid = Number(parent);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).to.contain('conmon');
    process.kill(pid, 'SIGKILL');
  }

  /** Compares the machine with what the API says, until they agree. */
  async expectAgreement(): Promise<void> {
    await eventually(async () => {
      const expected = await expectedTraces(this.daemon);
      expect(await foundTraces(this.daemon, this.host, this.#made)).to.deep.equal(expected);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

describe('faults around a daemon', () => {
  before(needsRoot);

  it('a container whose monitor is killed goes on, and ends as killed', async () => {
    await using it = await Disturbed.start();
    const id = await it.run();
    await it.killMonitor(id);
    await delay(1500);
    expect((await it.inspect(id)).State.Status).to.equal('running');
    await it.daemon.api.must('POST', `/containers/${id}/stop?t=1`);
    expect((await it.inspect(id)).State).to.deep.include({ Status: 'exited', ExitCode: 137 });
    await it.expectAgreement();
    await it.daemon.api.must('POST', `/containers/${id}/start`);
    await it.daemon.api.must('DELETE', `/containers/${id}?force=1`);
    await it.expectAgreement();
  });

  it('so it does when both are killed while no daemon runs', async () => {
    await using it = await Disturbed.start();
    const ids = [await it.run(), await it.run({ AutoRemove: true }), await it.run()];
    const [first = '', , third = ''] = ids;
    for (const id of ids) await it.killMonitor(id);
    const { State } = await it.inspect(first);
    const vanishing = await it.inspect(ids[1] ?? '');
    await it.daemon.stop('SIGKILL');
    process.kill(State.Pid, 'SIGKILL');
    process.kill(vanishing.State.Pid, 'SIGKILL');
    await it.daemon.start();
    expect((await it.inspect(first)).State).to.deep.include({ Status: 'exited', ExitCode: 137 });
    expect((await it.daemon.api.ask('GET', `/containers/${ids[1]}/json`)).status).to.equal(404);
    expect((await it.inspect(third)).State.Status).to.equal('running');
    await it.daemon.api.must('POST', `/containers/${third}/stop?t=1`);
  });

  it('a container whose first process is killed from the host has exit code 137', async () => {
    await using it = await Disturbed.start();
    const id = await it.run({ PortBindings: { '80/tcp': [{ HostPort: '18090' }] } });
    const waiting = it.exitCode(id);
    process.kill((await it.inspect(id)).State.Pid, 'SIGKILL');
    expect(await waiting).to.equal(137);
    await it.expectAgreement();
  });

  it('a container that is paused when the daemon dies is paused after', async () => {
    await using it = await Disturbed.start();
    const id = await it.run();
    await it.daemon.api.must('POST', `/containers/${id}/pause`);
    // As if the daemon had died between the pause and its note of it.
    const note = join(it.daemon.folder, 'run/state/runs', `${id}.json`);
    await it.daemon.stop('SIGKILL');
    writeFileSync(note, readFileSync(note, 'utf8').replace('"paused":true', '"paused":false'));
    await it.daemon.start();
    expect((await it.inspect(id)).State).to.deep.include({ Status: 'paused', Paused: true });
    await it.daemon.api.must('POST', `/containers/${id}/unpause`);
    await it.daemon.api.must('POST', `/containers/${id}/stop?t=5`);
    expect((await it.inspect(id)).State.ExitCode).to.equal(3);
  });

  it('rubbish in its folders keeps a daemon neither from starting nor from cleaning up', async () => {
    await using it = await Disturbed.start();
    const [kept, lost] = [await it.run(), await it.run()];
    await it.daemon.stop('SIGKILL');
    const run = join(it.daemon.folder, 'run');
    const rubbish = 'f'.repeat(64);
    for (const path of [
      ...['state/runs', 'state/sandboxes', 'state/networks'].map((f) => `${f}/${rubbish}.json`),
      ...['launcher/exits', 'launcher/containers', 'launcher/runtime', 'netns'].map(
        (f) => `${f}/${rubbish}`,
      ),
      `run/${rubbish.slice(0, 12)}`,
      `run/${lost.slice(0, 12)}/launch.json`,
      `launcher/runtime/${lost}/status`,
    ])
      writeFileSync(join(run, path), '{"torn');
    rmSync(join(run, 'state/runs', `${lost}.json`));
    await it.daemon.start();
    expect((await it.inspect(kept)).State.Status).to.equal('running');
    expect((await it.inspect(lost)).State.Status).not.to.equal('running');
    for (const name of ['runs', 'sandboxes', 'networks'])
      rmSync(join(run, 'state', name, `${rubbish}.json.corrupt`));
    await it.expectAgreement();
    await it.daemon.api.must('POST', `/containers/${lost}/start`);
    await it.expectAgreement();
  });

  it('a boot empties what it voids: networks are made again, containers have ended', async () => {
    await using it = await Disturbed.start();
    await it.daemon.api.must('POST', '/networks/create', { Name: 'web' });
    const ids = [await it.run({ NetworkMode: 'web' }), await it.run()];
    const pids = await Promise.all(ids.map(async (id) => (await it.inspect(id)).State.Pid));
    // A start is answered before it is on disk, where it is one that has ended until it is known how.
    const states = join(it.daemon.folder, 'data/state/container-states');
    for (const id of ids) {
      await eventually(() =>
        expect(readFileSync(join(states, `${id}.json`), 'utf8')).to.match(/"status": ?"exited"/),
      );
    }
    await it.daemon.stop('SIGKILL');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await Promise.all(pids.map(gone));
    await it.host.must('nft flush ruleset');
    for (const { ifname } of await it.host.ip<{ ifname: string }>('link show type bridge'))
      await it.host.must(`ip link del ${ifname}`);
    for (const path of mountsBelow(it.daemon.folder)) await must(['umount', '--lazy', path]);
    await Promise.all(ids.map(removeGroups));
    writeFileSync(join(it.daemon.folder, 'run/boot-id'), 'another boot\n');
    writeFileSync(join(it.daemon.folder, 'run/tsnetd.pid'), '1');
    await it.daemon.start();
    for (const id of ids) expect((await it.inspect(id)).State.Status).to.equal('exited');
    await it.expectAgreement();
    for (const id of ids) await it.daemon.api.must('POST', `/containers/${id}/start`);
    await it.expectAgreement();
  });

  it('a stop ends the containers, with --live-restore it leaves them', async () => {
    await using it = await Disturbed.start();
    const id = await it.run({ PortBindings: { '80/tcp': [{ HostPort: '18091' }] } });
    const { Pid } = (await it.inspect(id)).State;
    await it.daemon.stop('SIGTERM');
    expect(() => process.kill(Pid, 0)).to.throw('ESRCH');
    await it.daemon.start();
    expect((await it.inspect(id)).State).to.deep.include({ Status: 'exited', ExitCode: 3 });
    await it.expectAgreement();

    await using live = await Disturbed.start('--live-restore');
    const other = await live.run({ PortBindings: { '80/tcp': [{ HostPort: '18091' }] } });
    const was = await live.inspect(other);
    await live.daemon.stop('SIGTERM');
    process.kill(was.State.Pid, 0);
    await live.daemon.start();
    expect(await live.inspect(other)).to.deep.equal(was);
    await live.expectAgreement();
  });

  it('a second daemon on the same folders is refused; a killed one does not hold them', async () => {
    await using it = await Disturbed.start();
    const pidfile = join(it.daemon.folder, 'run/tsnetd.pid');
    const first = readFileSync(pidfile, 'utf8');
    const error = await it.daemon.start().then(String, String);
    expect(error).to.match(/failed to start daemon: .*(tsnetd|running|in use)/);
    expect(readFileSync(pidfile, 'utf8')).to.equal(first);
    process.kill(Number(first), 'SIGKILL');
    await gone(Number(first));
    await it.daemon.start();
    expect(readFileSync(pidfile, 'utf8')).not.to.equal(first);
  });
});

/** Waits until a process is gone. */
async function gone(pid: number): Promise<void> {
  await eventually(() => expect(() => process.kill(pid, 0)).to.throw('ESRCH'));
}

/** Removes a container's control groups as soon as nothing runs in them. */
async function removeGroups(id: string): Promise<void> {
  await eventually(async () => {
    await run(['sh', '-c', `rmdir /sys/fs/cgroup/*/tsnet/${id}`]);
    const { stdout } = await run(['sh', '-c', `ls -d /sys/fs/cgroup/*/tsnet/${id}`]);
    expect(stdout).to.equal('');
  });
}
