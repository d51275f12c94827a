import { expect } from 'chai';
import { NotFound } from '../../base/errors.js';
import { FakeContext } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { viewOf } from './fake-view.js';
import { linkNames } from './legacy-links.js';
import { selectContainers, statusText, summarize } from './list.js';
import { startContainer } from './start.js';
import { pauseContainer } from './stop.js';

describe('selectContainers', () => {
  const none = new Map<string, readonly string[]>();
  const cases: [string, object, string[]][] = [
    ['what runs', {}, ['b']],
    ['all, newest first', { all: true }, ['c', 'b', 'a']],
    ['the last ones, running or not', { limit: 2 }, ['c', 'b']],
    ['all that a status filter wants', { filters: new Map([['status', ['x']]]) }, ['c', 'b', 'a']],
    ['all that an exit code wants', { filters: new Map([['exited', ['0']]]) }, ['c', 'b', 'a']],
  ];
  for (const [what, query, names] of cases) {
    it(`takes ${what}`, async () => {
      using world = new FakeContext();
      for (const name of ['a', 'b', 'c']) await world.create(`x${name}`);
      await startContainer(world, world.registry.find('xb'));
      const found = selectContainers(
        world.registry.all(),
        { all: false, limit: 0, filters: none, ...query },
        () => true,
      );
      expect(found.map(({ record }) => record.name.slice(1))).to.deep.equal(names);
    });
  }

  it('counts after the filter', async () => {
    using world = new FakeContext();
    for (const name of ['x1', 'y1', 'x2', 'y2']) await world.create(name);
    const found = selectContainers(
      world.registry.all(),
      { all: false, limit: 2, filters: none },
      ({ record }) => record.name.startsWith('x'),
    );
    expect(found.map(({ record }) => record.name)).to.deep.equal(['x2', 'x1']);
  });
});

describe('statusText', () => {
  it('follows a container through its life', async () => {
    using world = new FakeContext();
    const web = await world.create('web');
    const texts = [statusText(web, world.clock.now())];
    const look = () => texts.push(statusText(web, world.clock.now()));
    await startContainer(world, web);
    look();
    world.clock.advance(120_000);
    look();
    await pauseContainer(world, web);
    look();
    world.launcher.of(web.id).end(exitWith(3));
    await web.cleaned;
    look();
    web.removing = true;
    look();
    expect(texts).to.deep.equal([
      'Created',
      'Up Less than a second',
      'Up 2 minutes',
      'Up 2 minutes (Paused)',
      'Exited (3) About a minute ago',
      'Removal In Progress',
    ]);
  });
});

describe('summarize', () => {
  it('quotes arguments with blanks, and has the names of links', async () => {
    using world = new FakeContext();
    const db = await world.create('db', { Entrypoint: ['/bin/my sh'], Cmd: ['-c', 'exit 1'] });
    await world.create('web', { HostConfig: { Links: ['db:pg'] } });
    const facts = {
      imageName: 'x',
      now: new Date(),
      linkNames: linkNames(world.registry.all()).get(db.id) ?? [],
    };
    const shown = summarize(viewOf(world), db, facts);
    expect(shown.Command).to.equal("/bin/my sh -c 'exit 1'");
    expect(shown.Names).to.deep.equal(['/db', '/web/pg']);
    expect(world.registry.find('web/pg')).to.equal(db);
    expect(() => world.registry.find('web/other')).to.throw(NotFound);
    expect(() => world.registry.find('nobody/pg')).to.throw(NotFound);
  });

  it('is a line of ps', async () => {
    using world = new FakeContext();
    const web = await world.create('web', { Cmd: ['a', 'b'], Labels: { l: '1' } });
    const facts = { imageName: 'box', now: world.clock.now() };
    const line = summarize(viewOf(world), web, facts);
    expect(line).to.deep.include({
      Id: web.id,
      Names: ['/web'],
      Image: 'box',
      ImageID: 'sha256:box',
      Command: 'a b',
      Created: Date.parse('2026-01-01T00:00:00Z') / 1000,
      Labels: { l: '1' },
      State: 'created',
      HostConfig: { NetworkMode: 'bridge' },
    });
    expect(line).not.to.have.property('SizeRw');
    const size = { writable: 1, total: 2 };
    expect(summarize(viewOf(world), web, { ...facts, size })).to.include({
      SizeRw: 1,
      SizeRootFs: 2,
    });
  });
});
