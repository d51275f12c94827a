import { expect } from 'chai';
import { Conflict, NotFound, NotModified } from '../../base/errors.js';
import { Containers } from './backend.js';
import { createBody, FakeContext, rejection, settle } from './fake-context.js';
import { exitWith } from './fake-launcher.js';

const noFilters = new Map<string, readonly string[]>();
const force = { force: true };

describe('Containers', () => {
  let world: FakeContext;
  let containers: Containers;
  beforeEach(async () => {
    world = new FakeContext();
    const facts = { imageIds: () => [], imageName: (reference: string) => `name of ${reference}` };
    const runPs = async () => ({ code: 0, stdout: 'PID CMD\n', stderr: '' });
    containers = new Containers({ context: world, facts, runPs });
    await containers.create('web', createBody());
  });
  afterEach(() => world[Symbol.dispose]());

  it('lets one operation at a time change a container', async () => {
    const results = await Promise.allSettled([containers.start('web'), containers.start('web')]);
    const [first, second] = results;
    expect(first?.status).to.equal('fulfilled');
    expect(second?.status === 'rejected' && second.reason).to.be.instanceOf(NotModified);
  });

  it('finds out that a container went while it waited for its turn', async () => {
    const [, started] = await Promise.allSettled([
      containers.remove('web', force),
      containers.start('web'),
    ]);
    expect(started?.status === 'rejected' && started.reason).to.be.instanceOf(NotFound);
    expect(world.rootfs.mounted.size).to.equal(0);
  });

  it('lets a kill through while a stop waits', async () => {
    await containers.start('web');
    world.launcher.ignored = ['SIGTERM'];
    const stopped = containers.stop('web', { timeoutSeconds: -1 });
    await settle();
    await containers.kill('web', 'SIGKILL');
    await stopped;
    expect(world.launcher.signals).to.deep.equal(['1 SIGTERM', '1 SIGKILL']);
  });

  it('lists with sizes if they are wanted, also when files are gone', async () => {
    const query = { all: true, limit: 0, filters: noFilters };
    expect((await containers.list(query))[0]).to.include({ Image: 'name of box' });
    expect((await containers.list(query))[0]).not.to.have.property('SizeRw');
    expect((await containers.list({ ...query, size: true }))[0]).to.include({ SizeRw: 10 });
    world.rootfs.prepared.clear();
    const [bare] = await containers.list({ ...query, size: true });
    expect(bare?.Names).to.deep.equal(['/web']);
    expect(bare).not.to.have.property('SizeRw');
  });

  it('inspects', async () => {
    const created = await containers.inspect('web', false);
    expect(created.State).to.deep.include({ Status: 'created', Running: false, Pid: 0 });
    expect(created).to.include({ Name: '/web', Path: 'sh', ExecIDs: null });
    expect(created).not.to.have.property('SizeRw');
    await containers.start('web');
    const { Id } = await containers.execCreate('web', { ...execBody, Cmd: ['ls'] });
    await containers.pause('web');
    const running = await containers.inspect('web', true);
    expect(running.State).to.deep.include({ Status: 'paused', Running: true, Paused: true });
    expect(running.State.Pid).to.be.above(0);
    expect(running).to.deep.include({ SizeRw: 10, SizeRootFs: 100, ExecIDs: [Id] });
  });

  it('resizes what runs', async () => {
    const size = { rows: 24, columns: 80 };
    expect(await rejection(containers.resize('web', size))).to.be.instanceOf(Conflict);
    await containers.start('web');
    await containers.resize('web', size);
    expect(world.launcher.sizes).to.deep.equal([size]);
    expect(world.events.at(-1)).to.deep.include({
      action: 'resize',
      attributes: { height: '24', width: '80' },
    });
  });

  it('is settled when what follows the exits is done', async () => {
    await containers.start('web');
    const { id } = world.registry.find('web');
    world.launcher.of(id).end(exitWith(0));
    await containers.settled();
    expect(world.rootfs.mounted.size).to.equal(0);
  });

  it('prunes what does not run and fits', async () => {
    for (const name of ['old', 'kept', 'new']) {
      await containers.create(name, createBody({ Labels: name === 'kept' ? { keep: '' } : {} }));
      world.clock.advance(3_600_000);
    }
    await containers.start('web');
    const old = world.registry.find('old').id;
    const filters = new Map([
      ['label!', ['keep']],
      ['until', ['90m']],
    ]);
    expect(await containers.prune(filters)).to.deep.equal({
      ContainersDeleted: [old],
      SpaceReclaimed: 10,
    });
    expect(await containers.prune(filters)).to.deep.equal({
      ContainersDeleted: null,
      SpaceReclaimed: 0,
    });
    expect(world.pruned).to.deep.equal([10, 0]);
    expect(world.registry.all().map(({ record }) => record.name)).to.deep.equal([
      'new',
      'kept',
      'web',
    ]);
  });
});

const execBody = {
  AttachStdin: false,
  AttachStdout: true,
  AttachStderr: true,
  DetachKeys: '',
  Tty: false,
  Env: [],
  Privileged: false,
  User: '',
  WorkingDir: '',
  ConsoleSize: null,
};
