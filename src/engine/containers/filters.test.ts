import { expect } from 'chai';
import { InvalidParameter, NotFound } from '../../base/errors.js';
import { FakeContext } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { publish, viewOf } from './fake-view.js';
import { containerFilter } from './filters.js';
import { startContainer } from './start.js';

describe('containerFilter', () => {
  let world: FakeContext;
  before(async () => {
    world = new FakeContext();
    const web = await world.create('web', {
      Labels: { tier: 'front', 'a=b': '' },
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: { Binds: ['/srv:/data'] },
    });
    world.clock.advance(1000);
    await world.create('web2', { Labels: { tier: 'back', x: '' } });
    world.clock.advance(1000);
    const db = await world.create('db', { HostConfig: { NetworkMode: 'none' } });
    await startContainer(world, web);
    publish(world, web.id, [
      { protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 },
    ]);
    await startContainer(world, db);
    world.launcher.of(db.id).end(exitWith(3));
    await db.cleaned;
  });
  after(() => world[Symbol.dispose]());

  function names(filters: Record<string, string[]>): string[] {
    const filter = containerFilter(
      {
        registry: world.registry,
        view: viewOf(world),
        imageIds: (reference) => (reference === 'alias' ? ['sha256:box'] : []),
      },
      new Map(Object.entries(filters)),
    );
    const found = world.registry.all().filter(filter);
    return found.map(({ record }) => record.name).sort();
  }

  const everything = ['db', 'web', 'web2'];
  const cases: [Record<string, string[]>, string[]][] = [
    [{}, everything],
    [{ name: ['web'] }, ['web', 'web2']],
    [{ name: ['^/web$'] }, ['web']],
    [{ name: ['^web$', 'db'] }, ['db', 'web']],
    [{ id: ['0'.repeat(60)] }, everything],
    [{ id: ['f'] }, []],
    [{ label: ['tier'] }, ['web', 'web2']],
    [{ label: ['tier=front'] }, ['web']],
    [{ label: ['tier', 'x'] }, ['web2']],
    [{ label: ['tier='] }, []],
    [{ status: ['running', 'created'] }, ['web', 'web2']],
    [{ status: ['exited'], name: ['web'] }, []],
    [{ exited: ['3'] }, ['db']],
    [{ exited: ['0'] }, []],
    [{ ancestor: ['alias'] }, everything],
    [{ ancestor: ['box'] }, everything],
    [{ ancestor: ['other'] }, []],
    [{ network: ['bridge'] }, ['web', 'web2']],
    [{ network: [Buffer.from('none').toString('hex')] }, ['db']],
    [{ volume: ['/srv'] }, ['web']],
    [{ volume: ['/data'] }, ['web']],
    [{ volume: ['/'] }, []],
    [{ before: ['web2'] }, ['web']],
    [{ since: ['web2'] }, ['db']],
    [{ publish: ['8080'] }, ['web']],
    [{ publish: ['8000-8100/tcp'] }, ['web']],
    [{ publish: ['8080/udp'] }, []],
    [{ publish: ['80'] }, []],
    [{ expose: ['80'] }, ['web']],
    [{ expose: ['53/udp'] }, ['web']],
    [{ 'is-task': ['true'] }, []],
    [{ health: ['none'] }, everything],
  ];
  for (const [filters, wanted] of cases) {
    it(JSON.stringify(filters), () => expect(names(filters)).to.deep.equal(wanted));
  }

  const refusals: [Record<string, string[]>, new (text: string) => Error, string][] = [
    [{ colour: ['red'] }, InvalidParameter, "invalid filter 'colour'"],
    [{ status: ['asleep'] }, InvalidParameter, "invalid filter 'status=asleep'"],
    [{ exited: ['x'] }, InvalidParameter, "invalid filter 'exited=x': strconv.Atoi"],
    [{ name: ['('] }, InvalidParameter, "invalid filter 'name=('"],
    [{ before: ['nope'] }, NotFound, 'No such container: nope'],
  ];
  for (const [filters, kind, message] of refusals) {
    it(`refuses ${JSON.stringify(filters)}`, () =>
      expect(() => names(filters)).to.throw(kind, message));
  }
});
