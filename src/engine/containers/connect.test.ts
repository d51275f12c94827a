import { expect } from 'chai';
import { Conflict, Forbidden, InvalidParameter, System } from '../../base/errors.js';
import { attachedAs, connectContainer, disconnectContainer, forgetNetwork } from './connect.js';
import type { Container } from './container.js';
import { FakeContext, rejection } from './fake-context.js';
import { fakeNetwork } from './fake-networks.js';
import { emptySettings } from './networking.js';
import { startContainer } from './start.js';

const side = fakeNetwork('side');

describe('connecting a container', () => {
  let world: FakeContext;
  let web: Container;
  beforeEach(async () => {
    world = new FakeContext();
    world.networks.add(side);
    web = await world.create('web');
  });
  afterEach(() => world[Symbol.dispose]());

  const connect = (container = web, network = side, settings = emptySettings) =>
    connectContainer(world, container, network, settings);

  it('waits for the start if it does not run', async () => {
    await connect();
    expect(Object.keys(world.records.get(web.id)?.networks ?? {})).to.deep.equal([
      'bridge',
      'side',
    ]);
    expect(world.calls).not.to.include('networks.connect');
    await startContainer(world, web);
    expect(world.networks.endpointsOn(side.id)).to.have.length(1);
    await disconnectContainer(world, web, side);
    expect(world.networks.endpointsOn(side.id)).to.have.length(0);
    expect(world.records.get(web.id)?.networks).not.to.have.property('side');
  });

  it('takes effect at once while it runs, and once', async () => {
    await startContainer(world, web);
    await connect();
    expect(world.networks.endpointsOn(side.id)).to.have.length(1);
    const error = await rejection(connect());
    expect(error).to.be.instanceOf(Forbidden);
    expect(error.message).to.equal('endpoint with name web already exists in network side');
  });

  it('writes nothing down when the network refuses', async () => {
    await startContainer(world, web);
    world.failOn = /networks.connect/;
    await rejection(connect());
    expect(web.record.networks).not.to.have.property('side');
    expect(world.records.get(web.id)?.networks).not.to.have.property('side');
    world.failOn = undefined;
    await connect();
    world.failOn = /networks.disconnect/;
    await rejection(disconnectContainer(world, web, side));
    expect(world.records.get(web.id)?.networks).to.have.property('side');
  });

  it('knows under which reference it is attached', async () => {
    const over = { HostConfig: { NetworkMode: side.id.slice(0, 8) } };
    const byId = await world.create('by-id', over);
    expect(attachedAs(world, byId, side)).to.equal(side.id.slice(0, 8));
    expect(attachedAs(world, web, side)).to.equal(undefined);
    await connect(byId, side, { ...emptySettings, Aliases: ['x'] });
    expect(Object.keys(byId.record.networks)).to.deep.equal([side.id.slice(0, 8)]);
  });

  const refusals: [string, string, string, new (text: string) => Error][] = [
    ['bridge', 'host', 'cannot connect container to host network', InvalidParameter],
    ['bridge', 'none', 'one of the networks in private (none) mode', InvalidParameter],
    ['none', 'side', 'one of the networks in private (none) mode', InvalidParameter],
    ['host', 'side', 'container sharing network namespace with another', InvalidParameter],
    ['container:web', 'side', 'container sharing network namespace with', InvalidParameter],
  ];
  for (const [mode, network, message, kind] of refusals) {
    it(`refuses ${network} to one on ${mode}`, async () => {
      const other = await world.create('other', { HostConfig: { NetworkMode: mode } });
      const error = await rejection(connect(other, world.networks.network(network)));
      expect(error).to.be.instanceOf(kind);
      expect(error.message).to.contain(message);
    });
  }

  it('refuses what goes', async () => {
    web.removing = true;
    expect(await rejection(connect())).to.be.instanceOf(Conflict);
  });

  it('disconnects only what is connected', async () => {
    const error = await rejection(disconnectContainer(world, web, side));
    expect(error).to.be.instanceOf(System);
    expect(error.message).to.equal(`container ${web.id} is not connected to the network side`);
    const host = world.networks.network('host');
    const onHost = await world.create('on-host', { HostConfig: { NetworkMode: 'host' } });
    expect(await rejection(disconnectContainer(world, onHost, host))).to.be.instanceOf(
      InvalidParameter,
    );
  });

  it('of a container that was on a network which is gone by now is none of that network', async () => {
    const gone = world.networks.add(fakeNetwork('gone'));
    await connect(web, gone);
    await world.networks.removeNetwork('gone');
    await connect();
    expect(Object.keys(world.records.get(web.id)?.networks ?? {})).to.include('side');
  });

  it('forgets a network that is gone, and only one that it was on', async () => {
    await connect();
    expect((await rejection(forgetNetwork(world, web, 'nope', false))).message).to.equal(
      `container ${web.id} is not connected to the network nope`,
    );
    expect(await forgetNetwork(world, web, 'side', false)).to.equal(true);
    expect(Object.keys(world.records.get(web.id)?.networks ?? {})).to.deep.equal(['bridge']);
    web.removing = true;
    expect(await rejection(forgetNetwork(world, web, 'bridge', false))).to.be.instanceOf(Conflict);
  });

  it('forgets a network of a running container by force only', async () => {
    await connect();
    await startContainer(world, web);
    expect(await forgetNetwork(world, web, 'side', false)).to.equal(false);
    expect(web.record.networks).to.have.property('side');
    expect(await forgetNetwork(world, web, 'side', true)).to.equal(true);
    expect(web.record.networks).not.to.have.property('side');
  });
});
