import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import { hexOf } from '../storage/digest.js';
import { failure, fakeWorld } from './fake-world.js';
import { openImageStore } from './service.js';

describe('images', () => {
  let world: ReturnType<typeof fakeWorld>;
  beforeEach(() => {
    world = fakeWorld();
  });
  afterEach(() => rmSync(world.folder, { recursive: true }));

  it('imports, with changes', async () => {
    const image = await world.make('web:1', { a: 'content' }, [
      'CMD ["sh"]',
      'EXPOSE 80 53/udp',
      'LABEL x=y',
    ]);
    expect(world.service.resolve('web:1').id).to.equal(image.id);
    const shown = world.service.inspect(image.id.slice(0, 19));
    expect(shown).to.deep.include({
      RepoTags: ['web:1'],
      Os: 'linux',
      Architecture: 'amd64',
      Size: 7,
    });
    expect(shown.Created).to.equal('2026-01-01T00:00:01.000Z');
    expect(shown.Config).to.deep.include({
      Cmd: ['sh'],
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Labels: { x: 'y' },
      Env: null,
    });
    expect(world.service.history('web:1')).to.deep.equal([
      {
        Id: image.id,
        Created: 1767225601,
        CreatedBy: '',
        Tags: ['web:1'],
        Size: 7,
        Comment: 'Imported from -',
      },
    ]);
    expect(world.events.map(({ action }) => action)).to.deep.equal(['tag', 'import']);
    const error = await failure(world.make('web:2', {}, ['FROM x']));
    expect(error).to.include({
      message: 'from is not a valid change command',
      kind: 'InvalidParameter',
    });
  });

  it('finds images by id, short id and name, and says what it misses', async () => {
    const { id } = await world.make('web');
    const hex = hexOf(id);
    for (const words of [
      id,
      hex,
      hex.slice(0, 4),
      id.slice(0, 12),
      'web',
      'web:latest',
      'docker.io/library/web',
    ])
      expect(world.service.resolve(words).id, words).to.equal(id);
    const missing: [string, string][] = [
      ['foo', 'No such image: foo:latest'],
      ['web:2', 'No such image: web:2'],
      ['docker.io/library/x', 'No such image: x:latest'],
      ['ab'.repeat(32), `No such image: sha256:${'ab'.repeat(32)}`],
    ];
    for (const [words, message] of missing)
      expect(() => world.service.resolve(words))
        .to.throw()
        .with.include({ message, kind: 'NotFound' });
    expect(() => world.service.resolve('A B')).to.throw('invalid reference format');
  });

  it('keeps images and names over a restart', async () => {
    const { id } = await world.make('web');
    const store = openImageStore({ dataRoot: world.folder, driver: 'fake', logger: silentLogger });
    expect(store.resolve('web').id).to.equal(id);
    expect(store.namesOf(id).map(({ path, tag }) => `${path}:${tag}`)).to.deep.equal([
      'library/web:latest',
    ]);
  });

  it('moves a tag from one image to another', async () => {
    const [one, two] = [await world.make('web', { a: '1' }), await world.make('web', { a: '2' })];
    expect(world.service.resolve('web').id).to.equal(two.id);
    expect(world.service.inspect(one.id).RepoTags).to.deep.equal([]);
    await world.service.tag(one.id, 'old', 'x');
    expect(world.service.resolve('old:x').id).to.equal(one.id);
    const refused = await failure(world.service.tag('web', `web@sha256:${'0'.repeat(64)}`));
    expect(refused.message).to.equal('refusing to create a tag with a digest reference');
  });

  describe('list', () => {
    beforeEach(async () => {
      await world.make('one', { a: '1' }, ['LABEL tier=front color=red']);
      await world.make('tsnet/two:v2', { a: '22' }, ['LABEL tier=back']);
      await world.make('three', { a: '3' });
      await world.make('three', { a: '4' });
    });
    const table: [filters: Record<string, string[]>, names: (string | undefined)[]][] = [
      [{}, ['three:latest', undefined, 'tsnet/two:v2', 'one:latest']],
      [{ dangling: ['true'] }, [undefined]],
      [{ dangling: ['0'] }, ['three:latest', 'tsnet/two:v2', 'one:latest']],
      [{ label: ['tier'] }, ['tsnet/two:v2', 'one:latest']],
      [{ label: ['tier=front'] }, ['one:latest']],
      [{ label: ['tier', 'color=red'] }, ['one:latest']],
      [{ label: ['tier'], 'label!': ['color'] }, ['tsnet/two:v2']],
      [{ reference: ['t*'] }, ['three:latest']],
      [{ reference: ['tsnet/*', 'one'] }, ['tsnet/two:v2', 'one:latest']],
      [{ before: ['tsnet/two:v2'] }, ['one:latest']],
      [{ since: ['tsnet/two:v2'] }, ['three:latest', undefined]],
      [{ until: ['2s'] }, ['one:latest']],
      [{ until: ['2026-01-01T00:00:02.500Z'] }, ['tsnet/two:v2', 'one:latest']],
    ];
    for (const [filters, names] of table)
      it(JSON.stringify(filters), () => {
        expect(world.service.list({ filters }).map(({ RepoTags }) => RepoTags[0])).to.deep.equal(
          names,
        );
      });

    it('has the fields of the API', () => {
      const [summary] = world.service.list({ filters: { reference: ['one'] } });
      expect(summary).to.deep.equal({
        Id: world.service.resolve('one').id,
        ParentId: '',
        RepoTags: ['one:latest'],
        RepoDigests: [],
        Created: 1767225601,
        Size: 1,
        SharedSize: -1,
        VirtualSize: 1,
        Labels: { tier: 'front', color: 'red' },
        Containers: -1,
      });
    });

    const bad: [Record<string, string[]>, string][] = [
      [{ colour: ['red'] }, "invalid filter 'colour'"],
      [{ dangling: ['perhaps'] }, "invalid filter 'dangling=[perhaps]'"],
      [{ before: ['gone'] }, 'No such image: gone:latest'],
      [{ until: ['noon'] }, 'failed to parse value as time or duration: "noon"'],
      [{ reference: ['['] }, 'syntax error in pattern'],
    ];
    for (const [filters, message] of bad)
      it(`refuses ${JSON.stringify(filters)}`, () => {
        expect(() => world.service.list({ filters })).to.throw(message);
      });
  });
});
