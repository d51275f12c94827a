import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Conflict, InvalidParameter, NotFound, System } from '../../base/errors.js';
import { Volumes } from './backend.js';
import { FakeVolumesContext } from './fake-context.js';
import { VolumesForContainers } from './for-containers.js';

describe('volumes', () => {
  let folder: string;
  let world: FakeVolumesContext;
  let api: Volumes;
  let containers: VolumesForContainers;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-volumes-'));
    world = new FakeVolumesContext(folder);
    api = new Volumes(world);
    containers = new VolumesForContainers(world);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const create = (Name: string, over: object = {}) =>
    api.create({
      Name,
      Driver: '',
      DriverOpts: null,
      Labels: null,
      ClusterVolumeSpec: undefined,
      ...over,
    });
  const mounted = { type: 'tmpfs', device: 'tmpfs' };
  const use = (container: string, volume: string) =>
    containers.mount({
      container,
      volume,
      destination: '/d',
      writable: true,
      propagation: '',
      subpath: '',
    });
  /** A new daemon on the same records and folders. */
  const restart = async (holders: Parameters<VolumesForContainers['restore']>[0] = []) => {
    world = world.restarted();
    api = new Volumes(world);
    containers = new VolumesForContainers(world);
    await containers.restore(holders);
  };
  const rejected = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('are made once', async () => {
    const first = await create('data', { Labels: { a: '1' } });
    expect(await create('data', { DriverOpts: mounted })).to.deep.equal(first);
    expect(world.events.map(({ action }) => action)).to.deep.equal(['create']);
    expect(existsSync(first.Mountpoint)).to.equal(true);
    expect((await api.list(new Map())).Volumes).to.deep.equal([first]);
  });

  it('are refused with their name in front', async () => {
    const bad = await rejected(create('x'));
    expect(bad)
      .to.be.instanceOf(InvalidParameter)
      .with.property('message')
      .match(/^create x: vol/);
    const other = await rejected(create('data', { Driver: 'nobody' }));
    expect(other)
      .to.be.instanceOf(NotFound)
      .with.property('message')
      .match(/^create data: error/);
    expect(world.records.values()).to.deep.equal([]);
  });

  it('belong to one driver', async () => {
    await create('data', { Driver: 'shelf' });
    const refusal = await rejected(create('data', { Driver: 'local' }));
    expect(refusal).to.be.instanceOf(Conflict);
    expect((await create('data')).Driver).to.equal('shelf');
  });

  it('that containers have stay', async () => {
    const claim = { name: 'data', isAnonymous: false, driver: '', options: null, labels: null };
    await containers.claim('c1', claim);
    await containers.claim('c2', claim);
    const refusal = await rejected(api.remove('data', { force: true }));
    expect(refusal).to.be.instanceOf(Conflict);
    expect(String(refusal)).to.include('remove data: volume is in use - [c1, c2]');
    containers.release('c1', ['data']);
    containers.release('c2', ['data']);
    await api.remove('data', { force: false });
    expect(readdirSync(world.folders.root)).to.deep.equal([]);
    expect(await rejected(api.remove('data', { force: false }))).to.be.instanceOf(NotFound);
    await api.remove('data', { force: true });
  });

  it('are mounted by the first and unmounted by the last', async () => {
    await create('memory', { DriverOpts: mounted });
    const path = await use('c1', 'memory');
    await use('c2', 'memory');
    expect(world.mounts.calls).to.deep.equal([`mount ${path}`]);
    expect(world.uses.values()).to.have.length(2);
    await containers.unmountAll('c1');
    expect(world.mounts.mounted.size).to.equal(1);
    await containers.unmountAll('c2');
    expect([world.mounts.mounted.size, world.uses.values().length]).to.deep.equal([0, 0]);
  });

  it('leave no use behind that failed', async () => {
    await create('memory', { DriverOpts: mounted });
    world.mounts.failure = new System('failed to mount local volume: no');
    const failure = await rejected(use('c1', 'memory'));
    expect(String(failure)).to.match(/error while mounting volume '.*_data': failed to mount/);
    expect(world.uses.values()).to.deep.equal([]);
  });

  it('are unmounted after a crash unless a running container has them', async () => {
    await create('memory', { DriverOpts: mounted });
    const path = await use('stays', 'memory');
    await use('goes', 'memory');
    const holder = { container: 'stays', volumes: ['memory'], isRunning: true };
    await restart([holder]);
    expect(world.mounts.mounted).to.include(path);
    expect(world.uses.values().map(({ container }) => container)).to.deep.equal(['stays']);
    await restart([{ ...holder, isRunning: false }]);
    expect(world.mounts.mounted.size).to.equal(0);
    expect(await rejected(api.remove('memory', { force: false }))).to.be.instanceOf(Conflict);
  });

  it('that were promised to a container go if it isn’t there', async () => {
    await containers.promise('gone', ['one']);
    await containers.promise('there', ['two']);
    for (const name of ['one', 'two', 'three']) await create(name);
    await restart([{ container: 'there', volumes: ['two'], isRunning: false }]);
    const { Volumes: left } = await api.list(new Map());
    expect(left.map(({ Name }) => Name).sort()).to.deep.equal(['three', 'two']);
    expect(world.fates.values()).to.deep.equal([]);
  });

  it('are made whole after a crash', async () => {
    await create('half');
    await create('gone');
    rmSync(world.folders.of('half'), { recursive: true });
    world.folders.retire('gone');
    world.folders.make('found');
    writeFileSync(join(world.folders.data('found'), 'file'), '');
    await restart();
    const names = world.records.values().map(({ name }) => name);
    expect(names.sort()).to.deep.equal(['found', 'half']);
    expect(readdirSync(world.folders.root).sort()).to.deep.equal(['found', 'half']);
  });
});
