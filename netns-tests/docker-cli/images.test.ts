import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { pack } from 'tar-stream';
import { busyboxTar } from '../api/rootfs.js';
import { eachDocker, image } from './each.js';

eachDocker('images', (docker) => {
  const names = async () =>
    (await docker().ok('images --format $1', '{{.Repository}}:{{.Tag}}')).split('\n').sort();

  it('images: -q --no-trunc --format --filter, and by name', async () => {
    const id = await docker().ok(`images -q --no-trunc ${image}`);
    expect(id).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(await docker().ok('images -q')).to.equal(id.slice(7, 19));
    expect(await docker().ok('images nope --format {{.ID}}')).to.equal('');
    expect(await docker().ok('images -f reference=tsnet/* --format {{.Repository}}')).to.equal(
      image,
    );
    expect(await docker().ok('images -q -f dangling=true')).to.equal('');
    expect(await docker().ok(`image inspect -f {{.Id}} ${image}`)).to.equal(id);
    expect(await docker().ok(`history -q --no-trunc ${image}`)).to.include(id);
    expect(await docker().fails('image inspect nope')).to.match(/No such image: nope/i);
    expect(await docker().fails('images -f nope=1')).to.match(/invalid filter 'nope'/i);
  });

  it('tag and rmi: another name, its end, conflicts', async () => {
    await docker().ok(`tag ${image} again:1`);
    await docker().ok('tag again:1 localhost:5000/deep/name:2');
    expect(await names()).to.deep.equal([
      'again:1',
      'localhost:5000/deep/name:2',
      'tsnet/busybox:latest',
    ]);
    expect(await docker().ok('rmi again:1')).to.equal('Untagged: again:1');
    const id = (await docker().ok(`images -q ${image}`)) ?? '';
    expect(await docker().fails(`rmi ${id}`)).to.match(/must be forced.*multiple repositories/);
    await docker().ok('rmi localhost:5000/deep/name:2');
    expect(await docker().fails('rmi again:1')).to.match(/No such image: again:1/i);
    expect(await docker().fails(`tag nope again:1`)).to.match(/No such image: nope/i);
    expect(await docker().fails(`tag ${image} UPPER:1`)).to.match(
      /must be lowercase|invalid reference format/,
    );
    const name = await docker().background();
    const said = await docker().fails(`rmi ${image}`);
    expect(said).to.match(/conflict: unable to (remove|delete).*container [0-9a-f]{12} is using/);
    await docker().ok(`rm -f ${name}`);
  });

  it('import: with --change and --message, from stdin and a file', async () => {
    const tar = join(docker().world.folder, 'root.tar');
    writeFileSync(tar, await busyboxTar());
    const changes = [
      'CMD ["echo","made"]',
      'ENV COLOR=red',
      'WORKDIR /tmp',
      'EXPOSE 80',
      'LABEL a=b',
    ];
    const flags = changes.flatMap((change) => ['--change', change]);
    const { stdout } = await docker().run(['import', ...flags, '-m', 'by hand', tar, 'made:1']);
    expect(stdout).to.match(/^sha256:[0-9a-f]{64}\n$/);
    expect(await docker().ok('run --rm made:1')).to.equal('made');
    expect(await docker().ok('run --rm made:1 sh -c $1', 'echo $COLOR; pwd')).to.equal('red\n/tmp');
    const format = '{{json .Config.ExposedPorts}} {{json .Config.Labels}} {{.Comment}}';
    expect(await docker().ok('image inspect -f $1 made:1', format)).to.equal(
      '{"80/tcp":{}} {"a":"b"} by hand',
    );
    const bad = await docker().fails(`import --change $1 ${tar}`, 'FROM x');
    expect(bad).to.match(/FROM is not a valid change command/i);
    await docker().ok('rmi made:1');
    expect(await names()).to.deep.equal(['tsnet/busybox:latest']);
  });

  it('save and load: the same image comes back', async () => {
    const file = join(docker().world.folder, 'saved.tar');
    await docker().ok(`tag ${image} saved:1`);
    const id = await docker().ok('image inspect -f {{.Id}} saved:1');
    await docker().ok(`save -o ${file} saved:1`);
    await docker().ok('rmi saved:1');
    expect(await docker().ok(`load -i ${file}`)).to.equal('Loaded image: saved:1');
    expect(await docker().ok('image inspect -f {{.Id}} saved:1')).to.equal(id);
    await docker().ok('rmi saved:1');
    writeFileSync(file, 'this is no archive');
    await docker().fails(`load -i ${file}`);
    expect(await names()).to.deep.equal(['tsnet/busybox:latest']);
  });

  it('load: a docker-archive and an OCI layout that others made', async () => {
    const layer = await busyboxTar();
    for (const [kind, make] of [
      ['docker', dockerArchive],
      ['oci', ociLayout],
    ] as const) {
      const file = join(docker().world.folder, `${kind}.tar`);
      writeFileSync(file, await make(layer, `foreign:${kind}`));
      expect(await docker().ok(`load -i ${file}`)).to.equal(`Loaded image: foreign:${kind}`);
      expect(await docker().ok(`run --rm foreign:${kind}`)).to.equal('from elsewhere');
      await docker().ok(`rmi foreign:${kind}`);
    }
  });

  it('image prune: what has no name, and with -a what nobody uses', async () => {
    const tar = join(docker().world.folder, 'nameless.tar');
    writeFileSync(tar, await busyboxTar());
    const id = await docker().ok(`import ${tar}`);
    expect(await docker().ok('images -q --no-trunc -f dangling=true')).to.equal(id);
    expect(await docker().ok('image prune -f')).to.include(`deleted: ${id}`);
    await docker().ok(`import ${tar} unused:1`);
    const name = await docker().background();
    expect(await docker().ok('image prune -af')).to.match(/untagged: unused:1/);
    expect(await names()).to.deep.equal(['tsnet/busybox:latest']);
    await docker().ok(`rm -f ${name}`);
  });
});

const config = (layer: Buffer) => ({
  architecture: process.arch === 'x64' ? 'amd64' : process.arch,
  os: 'linux',
  config: { Cmd: ['echo', 'from elsewhere'], Env: ['PATH=/bin'] },
  rootfs: { type: 'layers', diff_ids: [digest(layer)] },
});

/** What `docker save` of old writes: manifest.json, a config, layers. */
function dockerArchive(layer: Buffer, name: string): Promise<Buffer> {
  return tarOf({
    'config.json': json(config(layer)),
    'layer.tar': layer,
    'manifest.json': json([{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]),
  });
}

/** An OCI image layout: index.json, and blobs by digest. */
function ociLayout(layer: Buffer, name: string): Promise<Buffer> {
  const blobs: Record<string, Buffer> = {};
  const blob = (data: Buffer, mediaType: string) => {
    blobs[`blobs/sha256/${digest(data).slice(7)}`] = data;
    return { mediaType, digest: digest(data), size: data.length };
  };
  const type = 'application/vnd.oci.image';
  const manifest = {
    schemaVersion: 2,
    mediaType: `${type}.manifest.v1+json`,
    config: blob(json(config(layer)), `${type}.config.v1+json`),
    layers: [blob(layer, `${type}.layer.v1.tar`)],
  };
  const entry = blob(json(manifest), `${type}.manifest.v1+json`);
  const annotations = { 'io.containerd.image.name': `docker.io/library/${name}` };
  return tarOf({
    'oci-layout': json({ imageLayoutVersion: '1.0.0' }),
    'index.json': json({ schemaVersion: 2, manifests: [{ ...entry, annotations }] }),
    ...blobs,
  });
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digest(data: Buffer): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

function tarOf(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, data] of Object.entries(files)) tar.entry({ name }, data);
  tar.finalize();
  return buffer(tar);
}
