import { expect } from 'chai';
import { Conflict, InvalidParameter, NotFound } from '../../base/errors.js';
import { createContainer } from './create.js';
import { createBody, FakeContext, rejection } from './fake-context.js';
import { neverRun } from './model.js';

describe('createContainer', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  it('makes a record and a writable layer', async () => {
    const { Id, Warnings } = await createContainer(world, '/web', createBody({ Env: ['A=1'] }));
    expect(Warnings).to.deep.equal([]);
    expect(world.rootfs.prepared.get(Id)).to.equal('sha256:chain');
    expect(world.records.get(Id)).to.deep.include({
      id: Id,
      name: 'web',
      created: '2026-01-01T00:00:00.000Z',
      image: 'sha256:box',
      args: ['sh'],
      lastRun: neverRun,
    });
    const { record } = world.registry.find('web');
    expect(record.config).to.deep.include({ Hostname: Id.slice(0, 12), Env: ['A=1'] });
    expect(record.host.NetworkMode).to.equal('bridge');
    expect(Object.keys(record.networks)).to.deep.equal(['bridge']);
    expect(world.actions).to.deep.equal(['create']);
  });

  it('invents a name', async () => {
    const { Id } = await createContainer(world, undefined, createBody());
    expect(world.registry.find(Id).record.name).to.match(/^[a-z]+_[a-z]+$/);
  });

  const hostnames: [string, object, string][] = [
    ['is kept', { Hostname: 'mine' }, 'mine'],
    ["is the host's on its network", { HostConfig: { NetworkMode: 'host' } }, 'the-host'],
  ];
  for (const [what, over, hostname] of hostnames) {
    it(`has a hostname that ${what}`, async () => {
      await world.create('db', { Hostname: 'db-host' });
      const web = await world.create('web', over);
      expect(web.record.config.Hostname).to.equal(hostname);
    });
  }

  it("keeps the id of the network's owner, whose name may change", async () => {
    const db = await world.create('db');
    const web = await world.create('web', { HostConfig: { NetworkMode: 'container:db' } });
    expect(web.record.host.NetworkMode).to.equal(`container:${db.id}`);
    expect(web.record.networks).to.deep.equal({});
  });

  it('is on no network if that is disabled', async () => {
    const web = await world.create('web', { NetworkDisabled: true });
    expect(web.record.host.NetworkMode).to.equal('none');
  });

  it('has its loopback only where the daemon has no default network', async () => {
    world.networks.dropDefault();
    const { record } = await world.create('web');
    expect([record.host.NetworkMode, Object.keys(record.networks)]).to.deep.equal([
      'none',
      ['none'],
    ]);
  });

  const warned: [object, RegExp][] = [
    [
      { NetworkMode: 'host', PortBindings: { '80/tcp': [{ HostPort: '80' }] } },
      /^Published ports are discarded when using host network mode$/,
    ],
  ];
  for (const [HostConfig, warning] of warned) {
    it(`warns: ${warning.source}`, async () => {
      const { Warnings } = await createContainer(world, 'web', createBody({ HostConfig }));
      expect(Warnings).to.have.length(1);
      expect(Warnings[0]).to.match(warning);
    });
  }

  const refusals: [string, object, new (text: string) => Error][] = [
    ['an unknown image', { Image: 'nope' }, NotFound],
    ['--rm with a restart policy', restarting('always'), InvalidParameter],
    ['a bad port', { HostConfig: { PortBindings: { x: [] } } }, InvalidParameter],
    ['a relative bind', { HostConfig: { Binds: ['/a:b'] } }, InvalidParameter],
    ['a group without a file', { HostConfig: { CgroupParent: 'a\0' } }, InvalidParameter],
    ['a group of a long name', { HostConfig: { CgroupParent: 'é'.repeat(128) } }, InvalidParameter],
    [
      'a group of a long path',
      { HostConfig: { CgroupParent: '/a'.repeat(2000) } },
      InvalidParameter,
    ],
  ];
  for (const [what, over, kind] of refusals) {
    it(`refuses ${what} and leaves nothing`, async () => {
      const error = await rejection(createContainer(world, 'web', createBody(over)));
      expect(error).to.be.instanceOf(kind);
      expectNothing();
    });
  }

  it('refuses a name that is taken, in the words that clients look for', async () => {
    const { id } = await world.create('web');
    const error = await rejection(createContainer(world, 'web', createBody()));
    expect(error).to.be.instanceOf(Conflict);
    expect(error.message).to.contain(
      `Conflict. The container name "/web" is already in use by container "${id}".`,
    );
    expect(world.registry.find('web').id).to.equal(id);
    expect(world.rootfs.prepared.size).to.equal(1);
  });

  for (const call of ['rootfs.prepare', 'records.save']) {
    it(`leaves nothing when ${call} fails`, async () => {
      world.failOn = new RegExp(call);
      const error = await rejection(createContainer(world, 'web', createBody()));
      expect(error.message).to.equal(`${call} failed`);
      expectNothing();
      world.failOn = undefined;
      await world.create('web');
    });
  }

  function expectNothing(): void {
    expect(world.registry.all()).to.deep.equal([]);
    expect(world.registry.isNameFree('web')).to.equal(true);
    expect(world.records.values()).to.deep.equal([]);
    expect(world.rootfs.prepared.size).to.equal(0);
    expect(world.actions).to.deep.equal([]);
  }
});

function restarting(Name: string): object {
  return { HostConfig: { AutoRemove: true, RestartPolicy: { Name } } };
}
