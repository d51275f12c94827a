import { rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { encodeArchive } from '../../base/tar/writer.js';
import { digestOf, hexOf } from '../storage/digest.js';
import { failure, fakeWorld, rootfsTar } from './fake-world.js';

describe('archives of images', () => {
  let world: ReturnType<typeof fakeWorld>;
  beforeEach(() => {
    world = fakeWorld();
  });
  afterEach(() => rmSync(world.folder, { recursive: true }));

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
        say: (line) => 'stream' in line && said.push(line.stream),
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

    it('tells how far new layers are, and nothing of those that are here', async () => {
      const bars = async () => {
        const lines: string[] = [];
        await world.service.load(Readable.from([dockerArchive()]), {
          say: (line) => 'progress' in line && lines.push(`${line.id}: ${line.progress}`),
        });
        return lines;
      };
      const id = hexOf(digestOf(layer)).slice(0, 12);
      expect(await bars()).to.deep.equal([
        `${id}: [>${' '.repeat(50)}]       0B/2.048kB`,
        `${id}: [${'='.repeat(50)}>]  2.048kB/2.048kB`,
      ]);
      expect(await bars()).to.deep.equal([]);
    });

    it('loads an image without a name, and one whose name is taken', async () => {
      expect((await load(dockerArchive({ RepoTags: null }))).said).to.deep.equal([
        `Loaded image ID: ${digestOf(config)}\n`,
      ]);
      const before = await world.make('x:1');
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
        await again.service.load(Readable.from([archive]), {
          say: (line) => 'stream' in line && said.push(line.stream),
        });
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

    it('keeps parents that are saved beside their children, and tells old tools the topmost layers', async () => {
      await load(dockerArchive({ RepoTags: ['base:1'] }));
      const parent = world.service.resolve('base:1');
      const child = await world.service.commit({
        containerId: 'c'.repeat(64),
        parent: parent.id,
        layer: rootfsTar({ added: 'x' }),
        config: { Cmd: ['x'] },
        createdBy: 'sh',
        author: 'me',
        comment: 'why',
        repo: 'child',
        tag: '2',
      });
      expect(child.name).to.equal('child:2');
      const archive = await buffer(world.service.save(['child:2', 'base:1']));
      const top = hexOf(
        world.storage.layers.get(world.service.resolve('child:2').chainId ?? parent.id)?.diffId ??
          parent.id,
      );
      expect(archive.includes(`"child":{"2":"${top}"}`)).to.equal(true);
      const again = fakeWorld();
      try {
        await again.service.load(Readable.from([archive]));
        expect(again.service.inspect('child:2').Parent).to.equal(parent.id);
        const [own, base] = again.service.history('child:2');
        expect(own).to.deep.include({
          Id: child.id,
          CreatedBy: 'sh',
          Comment: 'why',
          Tags: ['child:2'],
        });
        expect(base).to.equal(undefined);
      } finally {
        rmSync(again.folder, { recursive: true });
      }
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
