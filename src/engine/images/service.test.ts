import { rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import { digestOf, hexOf } from '../storage/digest.js';
import { encodeArchive } from '../storage/tar/writer.js';
import { fakeWorld, rootfsTar } from './fake-world.js';
import { openImageStore } from './service.js';

async function failure(promise: Promise<unknown>): Promise<{ message: string; kind: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).to.be.an('error');
  return error as { message: string; kind: string } & Error;
}

describe('images', () => {
  let world: ReturnType<typeof fakeWorld>;
  beforeEach(() => {
    world = fakeWorld();
  });
  afterEach(() => rmSync(world.folder, { recursive: true }));

  const make = async (
    repo: string,
    files: Record<string, string> = { a: repo },
    changes: string[] = [],
  ) => {
    world.clock.advance(1000);
    return await world.service.import(rootfsTar(files), { repo, changes });
  };

  it('imports, with changes', async () => {
    const image = await make('web:1', { a: 'content' }, [
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
    const error = await failure(make('web:2', {}, ['FROM x']));
    expect(error).to.include({
      message: 'FROM is not a valid change command',
      kind: 'InvalidParameter',
    });
  });

  it('finds images by id, short id and name, and says what it misses', async () => {
    const { id } = await make('web');
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
    const { id } = await make('web');
    const store = openImageStore({ dataRoot: world.folder, logger: silentLogger });
    expect(store.resolve('web').id).to.equal(id);
    expect(store.namesOf(id).map(({ path, tag }) => `${path}:${tag}`)).to.deep.equal([
      'library/web:latest',
    ]);
  });

  it('moves a tag from one image to another', async () => {
    const [one, two] = [await make('web', { a: '1' }), await make('web', { a: '2' })];
    expect(world.service.resolve('web').id).to.equal(two.id);
    expect(world.service.inspect(one.id).RepoTags).to.deep.equal([]);
    await world.service.tag(one.id, 'old', 'x');
    expect(world.service.resolve('old:x').id).to.equal(one.id);
    const refused = await failure(world.service.tag('web', `web@sha256:${'0'.repeat(64)}`));
    expect(refused.message).to.equal('refusing to create a tag with a digest reference');
  });

  describe('list', () => {
    beforeEach(async () => {
      await make('one', { a: '1' }, ['LABEL tier=front color=red']);
      await make('tsnet/two:v2', { a: '22' }, ['LABEL tier=back']);
      await make('three', { a: '3' });
      await make('three', { a: '4' });
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

  describe('remove', () => {
    it('takes a name, then the image with the last one', async () => {
      const { id, chainId } = await make('web');
      await world.service.tag('web', 'other:1');
      expect(await world.service.remove('web')).to.deep.equal([{ Untagged: 'web:latest' }]);
      expect(await world.service.remove('other:1')).to.deep.equal([
        { Untagged: 'other:1' },
        { Deleted: id },
        { Deleted: chainId },
      ]);
      expect(world.storage.layers.all()).to.deep.equal([]);
      expect((await failure(world.service.remove('web'))).message).to.equal(
        'No such image: web:latest',
      );
      expect(world.events.map(({ action }) => action).slice(-3)).to.deep.equal([
        'untag',
        'untag',
        'delete',
      ]);
    });

    it('refuses an id with several names, unless forced', async () => {
      const { id } = await make('web');
      await world.service.tag('web', 'other');
      const short = hexOf(id).slice(0, 12);
      expect(await failure(world.service.remove(short))).to.include({
        kind: 'Conflict',
        message: `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
      });
      const items = await world.service.remove(short, { force: true });
      expect(items.slice(0, 3)).to.deep.equal([
        { Untagged: 'other:latest' },
        { Untagged: 'web:latest' },
        { Deleted: id },
      ]);
    });

    const container = 'c0ffee'.repeat(11).slice(0, 64);
    const inUse: [
      how: string,
      running: boolean,
      by: 'name' | 'id',
      force: boolean,
      message: (short: string) => string | undefined,
    ][] = [
      [
        'its only name',
        false,
        'name',
        false,
        (s) =>
          `conflict: unable to remove repository reference "web" (must force) - container c0ffeec0ffee is using its referenced image ${s}`,
      ],
      [
        'its only name',
        true,
        'name',
        false,
        (s) =>
          `conflict: unable to remove repository reference "web" (must force) - container c0ffeec0ffee is using its referenced image ${s}`,
      ],
      [
        'its id',
        false,
        'id',
        false,
        (s) =>
          `conflict: unable to delete ${s} (must be forced) - image is being used by stopped container c0ffeec0ffee`,
      ],
      [
        'its id',
        true,
        'id',
        false,
        (s) =>
          `conflict: unable to delete ${s} (cannot be forced) - image is being used by running container c0ffeec0ffee`,
      ],
      [
        'its id',
        true,
        'id',
        true,
        (s) =>
          `conflict: unable to delete ${s} (cannot be forced) - image is being used by running container c0ffeec0ffee`,
      ],
      // The name goes, the image stays without a name.
      ['its only name', true, 'name', true, () => undefined],
    ];
    for (const [how, running, by, force, message] of inUse)
      it(`${how}${force ? ', forced,' : ''} of an image that a ${running ? 'running' : 'stopped'} container uses`, async () => {
        const { id } = await make('web');
        world.users.set(id, [{ containerId: container, running }]);
        const short = hexOf(id).slice(0, 12);
        const removal = world.service.remove(by === 'id' ? short : 'web', { force });
        const wanted = message(short);
        if (wanted === undefined) expect(await removal).to.deep.equal([{ Untagged: 'web:latest' }]);
        else expect(await failure(removal)).to.include({ message: wanted, kind: 'Conflict' });
        expect(world.service.resolve(id).id).to.equal(id);
      });

    it('keeps layers that another image or a container needs', async () => {
      const shared = { a: 'same' };
      const one = await make('one', shared);
      const two = await world.service.import(rootfsTar(shared), {
        repo: 'two',
        message: 'another',
      });
      expect(two.id).to.not.equal(one.id);
      expect(await world.service.remove('one')).to.deep.equal([
        { Untagged: 'one:latest' },
        { Deleted: one.id },
      ]);
      if (two.chainId !== undefined) world.storage.usedByContainers.add(two.chainId);
      await world.service.remove('two');
      expect(world.storage.layers.all()).to.have.length(1);
    });
  });

  it('prunes nameless images, or all that nobody uses', async () => {
    const old = await make('web', { a: '12345' });
    const web = await make('web', { a: '2' });
    const used = await make('used', { a: '3' });
    world.users.set(used.id, [{ containerId: 'c', running: false }]);
    expect(await world.service.prune()).to.deep.equal({
      ImagesDeleted: [{ Deleted: old.id }, { Deleted: old.chainId }],
      SpaceReclaimed: 5,
    });
    expect(await world.service.prune()).to.deep.equal({ ImagesDeleted: null, SpaceReclaimed: 0 });
    const report = await world.service.prune({ dangling: ['false'] });
    expect(report.ImagesDeleted).to.deep.include({ Deleted: web.id });
    expect(world.service.list().map(({ Id }) => Id)).to.deep.equal([used.id]);
  });

  describe('load and save', () => {
    const layer = encodeArchive([{ name: 'etc/motd', type: 'file', content: 'hello' }]);
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: ['sh'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    });
    const dockerArchive = (over: object = {}) =>
      encodeArchive([
        { name: 'config.json', type: 'file', content: config },
        { name: 'one/layer.tar', type: 'file', content: layer },
        { name: 'two/layer.tar', type: 'symlink', linkName: '../one/layer.tar' },
        {
          name: 'manifest.json',
          type: 'file',
          content: JSON.stringify([
            { Config: 'config.json', RepoTags: ['x:1', 'x:2'], Layers: ['two/layer.tar'], ...over },
          ]),
        },
      ]);
    const ociLayout = (packed: Buffer = gzipSync(layer), platform = 'amd64') => {
      const blob = (content: string | Buffer) => ({
        name: `blobs/sha256/${hexOf(digestOf(content))}`,
        type: 'file' as const,
        content,
      });
      const of = (content: string | Buffer) => ({
        digest: digestOf(content),
        size: content.length,
      });
      const manifest = JSON.stringify({
        schemaVersion: 2,
        config: of(config),
        layers: [of(packed)],
      });
      const entry = { ...of(manifest), platform: { os: 'linux', architecture: platform } };
      const attestation = {
        ...of('x'),
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      };
      const list = JSON.stringify({ manifests: [attestation, entry] });
      const annotations = {
        'io.containerd.image.name': 'docker.io/tsnet/y:v1',
        'org.opencontainers.image.ref.name': 'v1',
      };
      return encodeArchive([
        { name: 'oci-layout', type: 'file', content: '{"imageLayoutVersion":"1.0.0"}' },
        ...[config, packed, manifest, list].map(blob),
        {
          name: 'index.json',
          type: 'file',
          content: JSON.stringify({ manifests: [{ ...of(list), annotations }] }),
        },
      ]);
    };
    const load = async (archive: Buffer) => {
      const said: string[] = [];
      const images = await world.service.load(Readable.from([archive]), {
        say: (line) => said.push(line),
      });
      return { said, images };
    };

    it('loads a docker-archive, also compressed', async () => {
      for (const archive of [dockerArchive(), gzipSync(dockerArchive())]) {
        const { said, images } = await load(archive);
        expect(said).to.deep.equal(['Loaded image: x:1\n', 'Loaded image: x:2\n']);
        expect(images[0]?.id).to.equal(digestOf(config));
      }
      expect(world.service.inspect('x:1').RepoTags).to.deep.equal(['x:1', 'x:2']);
    });

    it('loads an image without a name, and one whose name is taken', async () => {
      expect((await load(dockerArchive({ RepoTags: null }))).said).to.deep.equal([
        `Loaded image ID: ${digestOf(config)}\n`,
      ]);
      const before = await make('x:1');
      expect((await load(dockerArchive({ RepoTags: ['x:1'] }))).said[0]).to.equal(
        `The image x:1 already exists, renaming the old one with ID ${before.id} to empty string\n`,
      );
    });

    it('loads an OCI layout with a list of platforms and a compressed layer', async () => {
      expect((await load(ociLayout())).said).to.deep.equal(['Loaded image: tsnet/y:v1\n']);
      expect(world.service.inspect('tsnet/y:v1').RootFS.Layers).to.deep.equal([digestOf(layer)]);
      expect((await failure(load(ociLayout(layer, 'arm64')))).message).to.equal(
        'the archive has no image for linux/amd64',
      );
    });

    it('saves what it loads, and the other way round', async () => {
      await load(dockerArchive());
      const archive = await buffer(world.service.save(['x:1']));
      const again = fakeWorld();
      try {
        const said: string[] = [];
        await again.service.load(Readable.from([archive]), { say: (line) => said.push(line) });
        expect(said).to.deep.equal(['Loaded image: x:1\n']);
        expect(again.service.resolve('x:1').id).to.equal(digestOf(config));
      } finally {
        rmSync(again.folder, { recursive: true });
      }
      expect(archive.includes('x:2')).to.equal(false);
      const both = await buffer(world.service.save(['x']));
      expect(both.includes('"RepoTags":["x:1","x:2"]')).to.equal(true);
      expect(() => world.service.save(['x:1', 'gone'])).to.throw('No such image: gone:latest');
    });

    const bad: [string, () => Buffer, RegExp][] = [
      [
        'something else',
        () => encodeArchive([{ name: 'a', type: 'file' }]),
        /not an archive of images/,
      ],
      ['text', () => Buffer.alloc(2048, 'hello'), /not a tar archive/],
      ['a missing layer', () => dockerArchive({ Layers: ['three'] }), /lacks "three"/],
      [
        'too few layers',
        () => dockerArchive({ Layers: [] }),
        /layers length mismatch: expected 1, got 0/,
      ],
      ['a path that leads out', () => dockerArchive({ Config: '../../etc/passwd' }), /leads out/],
      ['a bad name', () => dockerArchive({ RepoTags: ['X'] }), /must be lowercase/],
      [
        'a layer that is another',
        () => dockerArchive({ Layers: ['manifest.json'] }),
        /unexpected end of the tar/,
      ],
      [
        'a link that leads out',
        () =>
          encodeArchive([
            { name: 'manifest.json', type: 'file', content: '[{"Config":"c.json"}]' },
            { name: 'c.json', type: 'symlink', linkName: '/etc/passwd' },
          ]),
        /leads out/,
      ],
    ];
    for (const [what, archive, message] of bad)
      it(`refuses ${what}`, async () => {
        expect((await failure(load(archive()))).message).to.match(message);
        expect(world.service.list({ all: true })).to.deep.equal([]);
      });
  });
});
