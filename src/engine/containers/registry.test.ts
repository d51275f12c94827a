import { expect } from 'chai';
import { Conflict, InvalidParameter, NotFound } from '../../base/errors.js';
import type { Container } from './container.js';
import { FakeContext, rejection } from './fake-context.js';
import { renameContainer } from './rename.js';
import { startContainer } from './start.js';

describe('ContainerRegistry', () => {
  let world: FakeContext;
  let web: Container;
  let db: Container;
  beforeEach(async () => {
    world = new FakeContext();
    web = await world.create('web');
    db = await world.create('db');
  });
  afterEach(() => world[Symbol.dispose]());

  it('finds by id, name with and without slash, and unique prefix', () => {
    for (const reference of [web.id, 'web', '/web']) {
      expect(world.registry.find(reference)).to.equal(web);
    }
    world.registry.delete(db);
    expect(world.registry.find('000')).to.equal(web);
  });

  it('prefers a name to a prefix', async () => {
    const tricky = await world.create('000');
    expect(world.registry.find('000')).to.equal(tricky);
  });

  const refusals: [string, new (text: string) => Error, string][] = [
    ['', InvalidParameter, 'invalid name or ID supplied: ""'],
    ['nope', NotFound, 'No such container: nope'],
    ['/', NotFound, 'No such container: /'],
    ['000', InvalidParameter, 'Multiple IDs found with provided prefix: 000'],
  ];
  for (const [reference, kind, message] of refusals) {
    it(`refuses "${reference}"`, () =>
      expect(() => world.registry.find(reference)).to.throw(kind, message));
  }

  it('lists the newest first', () => expect(world.registry.all()).to.deep.equal([db, web]));
});

describe('renameContainer', () => {
  let world: FakeContext;
  let web: Container;
  beforeEach(async () => {
    world = new FakeContext();
    web = await world.create('web');
  });
  afterEach(() => world[Symbol.dispose]());

  it('changes the name everywhere', async () => {
    await startContainer(world, web);
    await renameContainer(world, web, '/new');
    expect(world.registry.find('new')).to.equal(web);
    expect(world.registry.isNameFree('web')).to.equal(true);
    expect(world.records.get(web.id)?.name).to.equal('new');
    expect(world.networks.renamed).to.deep.equal(['1 new']);
    expect(world.events.at(-1)).to.deep.include({
      action: 'rename',
      attributes: { oldName: '/web' },
    });
  });

  it('tells the network nothing of what does not run', async () => {
    await renameContainer(world, web, 'new');
    expect(world.networks.renamed).to.deep.equal([]);
  });

  for (const [name, kind] of [
    ['', InvalidParameter],
    ['web', InvalidParameter],
    ['a/b', InvalidParameter],
    ['db', Conflict],
  ] as const) {
    it(`refuses "${name}"`, async () => {
      await world.create('db');
      expect(await rejection(renameContainer(world, web, name))).to.be.instanceOf(kind);
      expect(world.registry.find('web')).to.equal(web);
    });
  }

  it('says what a name that is taken was for', async () => {
    await world.create('db');
    const { message } = await rejection(renameContainer(world, web, 'db'));
    expect(message).to.match(
      /^Error when allocating new name: Conflict\. The container name "\/db" /,
    );
  });

  it('says so of a name that can not be one', async () => {
    const { message } = await rejection(renameContainer(world, web, 'x y'));
    expect(message).to.match(
      /^Error when allocating new name: Invalid container name \(\/x y\), only /,
    );
  });

  it('changes nothing when that can not be written down', async () => {
    world.failOn = /records.save/;
    await rejection(renameContainer(world, web, 'new'));
    expect(web.record.name).to.equal('web');
    expect(world.registry.find('web')).to.equal(web);
    expect(world.registry.isNameFree('new')).to.equal(true);
  });
});
