import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { needsRoot } from './root.js';
import { snapshot } from './snapshot.js';
import { World } from './world.js';

describe('the test world', () => {
  before(needsRoot);

  it('connects host, outside and neighbour, and leaves nothing behind', async () => {
    const before = await snapshot();
    const world = await World.create();
    await using _ = world;
    const neighbour = await world.neighbour();
    await world.outside.echo('tcp/80', 'udp/53');
    const answers = await Promise.all([
      world.host.ask('tcp', '192.0.2.1', 80),
      neighbour.ask('udp', '192.0.2.1', 53),
      neighbour.ask('tcp', '2001:db8:1::1', 80),
      world.host.ask('tcp', '192.0.2.1', 81),
      world.host.ask('tcp', '192.0.2.99', 80),
      world.host.pings('192.0.2.3'),
    ]);
    expect(answers.slice(0, 4)).to.deep.equal([
      'outside 192.0.2.2',
      'outside 192.0.2.3',
      'outside 2001:db8:1::3',
      'refused',
    ]);
    expect(answers[4]).to.match(/timeout|EHOSTUNREACH/);
    expect(answers[5]).to.equal(true);
    const { folder } = world;
    await world[Symbol.asyncDispose]();
    expect(existsSync(folder)).to.equal(false);
    expect(await snapshot()).to.deep.equal(before);
  });

  it('stops what a test has started in a namespace of somebody else, and leaves that there', async () => {
    const owner = await World.create();
    await using _owner = owner;
    const box = await owner.namespace('box');
    const world = await World.create();
    await using _world = world;
    await world.visit('visited', box.path).echo('tcp/80');
    expect(await box.ask('tcp', '127.0.0.1', 80)).to.equal('visited 127.0.0.1');
    await world[Symbol.asyncDispose]();
    expect(await box.ask('tcp', '127.0.0.1', 80)).to.equal('refused');
  });

  it('kills a command that does not end', async () => {
    const world = await World.create();
    await using _ = world;
    const error = await world.host.run(['sleep', '60'], { timeoutMs: 50 }).catch(String);
    expect(error).to.contain('no end after 50 ms');
  });
});
