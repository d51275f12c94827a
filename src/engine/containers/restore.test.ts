import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Container } from './container.js';
import { FakeContext, settle } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { fakeNetwork } from './fake-networks.js';
import { never } from './model.js';
import { restoreContainers } from './restore.js';
import { startContainer } from './start.js';
import { pauseContainer, stopContainer } from './stop.js';

describe('restoreContainers', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  async function started(name: string, over: object = {}): Promise<Container> {
    const container = await world.create(name, over);
    await startContainer(world, container);
    return container;
  }

  /** The daemon is killed; `meanwhile` happens before its next start. */
  async function afterCrash(meanwhile: () => unknown = () => {}): Promise<void> {
    world.forgetMemory();
    meanwhile();
    await restoreContainers(world);
  }

  it('takes back what runs', async () => {
    const { id } = await started('web');
    await afterCrash();
    const web = world.registry.find('web');
    expect(web.status).to.equal('running');
    expect(world.networks.restored).to.deep.equal(new Set([id]));
    expect(world.launcher.swept).to.deep.equal(new Set([id]));
    expect([...world.rootfs.mounted]).to.deep.equal([id]);
    await stopContainer(world, web, {});
    await web.cleaned;
    expect(web.record.lastRun).to.include({ status: 'exited', exitCode: 143 });
    expect(world.rootfs.mounted.size).to.equal(0);
  });

  it('leaves those of another storage driver aside, whole', async () => {
    const web = await world.create('web');
    const other = await world.create('other');
    await world.records.save(other.id, { ...other.record, driver: 'btrfs' });
    const logs = join(world.settings.containersDir, other.id);
    mkdirSync(logs, { recursive: true });
    await afterCrash();
    expect(world.registry.all().map(({ id }) => id)).to.deep.equal([web.id]);
    expect(world.registry.isNameFree('other')).to.equal(true);
    expect(existsSync(logs)).to.equal(true);

    // The driver is back, and the name is another's by now: the older one has it.
    const taken = await world.create('other');
    await world.records.save(other.id, { ...other.record, created: '9', driver: 'overlay2' });
    await afterCrash();
    expect(world.registry.find(taken.id).record.name).to.equal('other');
    const renamed = `other-${other.id.slice(0, 12)}`;
    expect(world.registry.find(other.id).record.name).to.equal(renamed);
    expect(world.records.get(other.id)?.name).to.equal(renamed);
  });

  it('keeps the files of one whose record can not be read', async () => {
    const { id } = await world.create('web');
    const logs = join(world.settings.containersDir, id);
    mkdirSync(logs, { recursive: true });
    await afterCrash(async () => {
      await world.records.remove(id);
      world.records.setAside.push(id);
    });
    expect(world.registry.all()).to.deep.equal([]);
    expect(world.rootfs.prepared.has(id)).to.equal(true);
    expect(existsSync(logs)).to.equal(true);
  });

  it('knows that one is paused', async () => {
    const web = await started('web');
    await pauseContainer(world, web);
    await afterCrash();
    expect(world.registry.find('web').status).to.equal('paused');
  });

  it('notes the exit of what ended meanwhile', async () => {
    const { id } = await started('web');
    await afterCrash(() => world.launcher.of(id).end(exitWith(6)));
    const web = world.registry.find('web');
    expect(web.status).to.equal('exited');
    expect(world.records.get(id)?.lastRun).to.deep.include({
      exitCode: 6,
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:01:00.000Z',
    });
    expect(world.runs.values()).to.deep.equal([]);
    expect(world.networks.sandboxes.size).to.equal(0);
    expect(world.rootfs.mounted.size).to.equal(0);
    expect(world.runDirs).to.deep.equal([]);
    await startContainer(world, web);
    expect(web.status).to.equal('running');
  });

  it('takes one whose exit nobody knows for killed', async () => {
    const { id } = await started('web');
    await afterCrash(() => {
      world.launcher.processes.delete(id);
      world.launcher.lost.add(id);
    });
    expect(world.records.get(id)?.lastRun).to.include({ status: 'exited', exitCode: 137 });
  });

  it('takes one that went down with the machine for killed', async () => {
    const { id } = await started('web');
    await afterCrash(() => {
      world.launcher.processes.clear();
      void world.runs.remove(id);
    });
    expect(world.records.get(id)?.lastRun).to.deep.include({
      status: 'exited',
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(world.records.get(id)?.lastRun.exitCode).to.be.above(128);
  });

  it('undoes a start whose program never ran', async () => {
    world.launcher.stuck = true;
    void startContainer(world, await world.create('web'));
    while (!world.calls.includes('launcher.start')) await settle();
    await afterCrash();
    const web = world.registry.find('web');
    expect(web.record.lastRun).to.include({ status: 'created', startedAt: never });
    expect(world.launcher.processes.size).to.equal(0);
    expect(world.runs.values()).to.deep.equal([]);
  });

  it('removes --rm containers that ended meanwhile, not those that were never started', async () => {
    const over = { HostConfig: { AutoRemove: true } };
    const { id } = await started('web', over);
    await world.create('idle', over);
    await afterCrash(() => world.launcher.of(id).end(exitWith(0)));
    expect(world.registry.all().map(({ record }) => record.name)).to.deep.equal(['idle']);
    expect(world.records.get(id)).to.equal(undefined);
    expect(world.rootfs.prepared.has(id)).to.equal(false);
  });

  it('removes what belongs to nobody', async () => {
    const { settings } = world;
    const { id } = await started('web');
    const folders = [
      join(settings.containersDir, 'd'.repeat(64)),
      join(settings.runDir, 'e'.repeat(12)),
    ];
    const kept = [
      join(settings.containersDir, id),
      join(settings.runDir, id.slice(0, 12)),
      join(settings.runDir, 'not ours'),
    ];
    for (const folder of [...folders, ...kept]) mkdirSync(folder, { recursive: true });
    world.rootfs.prepared.set('f'.repeat(64), undefined);
    await afterCrash();
    expect(folders.filter(existsSync)).to.deep.equal([]);
    expect(kept.filter(existsSync)).to.deep.equal(kept);
    expect([...world.rootfs.prepared.keys()]).to.deep.equal([id]);
  });

  it('removes what programs in running containers have left, and of one that still runs later', async () => {
    const program = spawn('sleep', ['1000']);
    const ended = new Promise((resolve) => program.once('exit', resolve));
    const { id } = await started('web');
    const runDir = join(world.settings.runDir, id.slice(0, 12));
    const [over, cutShort, running] = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
    // No process has a number as high as that.
    const pids = { [`${over}`]: '4194305', [`${cutShort}`]: '', [`${running}`]: `${program.pid}` };
    for (const [name, pid] of Object.entries(pids)) {
      mkdirSync(join(runDir, name), { recursive: true });
      if (pid) writeFileSync(join(runDir, name, 'pid'), pid);
    }
    await afterCrash();
    const left = () => readdirSync(runDir).filter((name) => name in pids);
    const until = async (isTrue: () => boolean) => {
      const deadline = performance.now() + 15_000;
      while (!isTrue() && performance.now() < deadline)
        await new Promise((done) => setTimeout(done, 1));
    };
    expect(left()).to.deep.equal([running]);
    world.timers.advance(60_000);
    await until(() => world.timers.pending.length > 0);
    expect(left()).to.deep.equal([running]);
    program.kill('SIGKILL');
    await ended;
    world.timers.advance(60_000);
    await until(() => left().length === 0);
    expect(left()).to.deep.equal([]);
    expect(world.timers.pending).to.deep.equal([]);
  });

  it('lists the newest first, as before', async () => {
    for (const name of ['old', 'middle', 'new']) {
      await world.create(name);
      world.clock.advance(1000);
    }
    await afterCrash();
    expect(world.registry.all().map(({ record }) => record.name)).to.deep.equal([
      'new',
      'middle',
      'old',
    ]);
  });

  it('tells the names of those that were renamed, and ends links, that only their records know of', async () => {
    const { id, record } = await started('web');
    const sandbox = world.networks.sandboxes.get(id);
    if (!sandbox) throw new Error('there is a sandbox');
    const links = ['db', 'cache'].map((alias) => ({ sandboxId: 'd'.repeat(64), alias }));
    world.networks.sandboxes.set(id, { ...sandbox, links });
    const kept = [{ id: 'd'.repeat(64), alias: 'db' }];
    await world.records.save(id, { ...record, name: 'shop', links: kept });
    await afterCrash();
    expect(world.networks.renamed).to.deep.equal([`${id.slice(-1)} shop`]);
    expect(world.networks.sandbox(id)?.links).to.deep.equal(links.slice(0, 1));
    await afterCrash();
    expect(world.networks.renamed).to.have.length(1);
  });

  it('settles connects and disconnects that were not written down', async () => {
    const { id, record } = await started('web');
    const side = world.networks.add(fakeNetwork('side'));
    const endpoint = world.networks.sandbox(id)?.endpoints[0]?.request;
    if (!endpoint) throw new Error('there is an endpoint');
    await world.networks.connect(id, { network: side.id, endpoint });
    await afterCrash();
    expect(world.networks.sandbox(id)?.endpoints).to.have.length(1);
    expect(world.records.get(id)?.networks).to.deep.equal(record.networks);

    await world.networks.disconnect(id, 'bridge');
    await afterCrash();
    expect(world.records.get(id)?.networks).to.deep.equal({});
    expect(world.registry.find('web').record.networks).to.deep.equal({});
  });
});
