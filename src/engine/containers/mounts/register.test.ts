import { expect } from 'chai';
import { FakeContext, rejection } from '../fake-context.js';
import { removeContainer } from '../remove.js';
import { startContainer } from '../start.js';

describe('volumes of containers', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  const over = { Volumes: { '/one': {} }, HostConfig: { Binds: ['data:/two:ro'] } };
  const holders = () => [...world.volumes.held.keys()].sort();

  it('are found or made with it', async () => {
    const web = await world.create('web', over);
    expect(web.record.mounts).to.deep.equal([
      {
        Type: 'volume',
        Name: 'data',
        Driver: 'local',
        Source: '/volumes/data/_data',
        Destination: '/two',
        Mode: 'ro',
        RW: false,
        Propagation: '',
      },
      {
        Type: 'volume',
        Name: 'anonymous1',
        Driver: 'local',
        Source: '/volumes/anonymous1/_data',
        Destination: '/one',
        Mode: '',
        RW: true,
        Propagation: '',
        anonymous: true,
      },
    ]);
    expect(world.volumes.promised.size).to.equal(0);
  });

  it('go with a creation that fails, but for those with names', async () => {
    for (const step of ['volumes.claim', 'records.save']) {
      world.failOn = new RegExp(step);
      await rejection(world.create('web', over));
      world.failOn = undefined;
      expect(
        holders().filter((name) => name.startsWith('anonymous')),
        step,
      ).to.deep.equal([]);
      expect(world.volumes.held.get('data')?.size ?? 0, step).to.equal(0);
      expect(world.volumes.promised.size, step).to.equal(0);
    }
  });

  it('are promised before they are made, until the record is there', async () => {
    await world.create('web', over);
    const order = world.calls.filter((call) => /^volumes|^records/.test(call));
    expect(order).to.deep.equal([
      'volumes.promise',
      'volumes.claim',
      'volumes.claim',
      'records.save',
      'volumes.promise',
    ]);
  });

  it('go with it if that is wanted, or if it was to vanish', async () => {
    const cases: [object, { force: boolean; volumes?: boolean }, string[]][] = [
      [{}, { force: false }, ['anonymous1', 'data']],
      [{}, { force: false, volumes: true }, ['data']],
      [{ AutoRemove: true }, { force: false }, ['data']],
    ];
    for (const [host, options, left] of cases) {
      world[Symbol.dispose]();
      world = new FakeContext();
      const web = await world.create('web', {
        ...over,
        HostConfig: { ...over.HostConfig, ...host },
      });
      await removeContainer(world, web, options);
      expect(holders(), JSON.stringify(host)).to.deep.equal(left);
      expect(world.volumes.promised.size).to.equal(0);
    }
  });

  it('are mounted while it runs', async () => {
    const web = await world.create('web', over);
    await startContainer(world, web);
    expect(world.volumes.mounted.map(({ volume, writable }) => [volume, writable])).to.deep.equal([
      ['data', false],
      ['anonymous1', true],
    ]);
    const sources = world.launcher.of(web.id).request.spec.binds.map(({ source }) => source);
    expect(sources.slice(-2)).to.deep.equal(['/volumes/data/_data', '/volumes/anonymous1/_data']);
    world.launcher.of(web.id).end({ code: 0, at: '', oomKilled: false });
    await web.cleaned;
    expect(world.volumes.mounted).to.deep.equal([]);
  });

  it('are unmounted after a start that failed', async () => {
    const web = await world.create('web', over);
    world.failOn = /launcher\.create/;
    await rejection(startContainer(world, web));
    expect(world.volumes.mounted).to.deep.equal([]);
  });
});
