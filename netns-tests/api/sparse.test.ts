import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { extract } from 'tar-stream';
import { isDocker, useSetting } from './setting.js';
import { tarOf } from './tar.js';

/** What GNU tar can write of a file with holes. */
const formats: readonly string[][] = [
  ['--format=gnu'],
  ['--format=posix', '--sparse-version=0.0'],
  ['--format=posix', '--sparse-version=0.1'],
  ['--format=posix', '--sparse-version=1.0'],
];

const fileSize = 16 * 1024 * 1024;

/** The layers of a saved image, in order. */
async function layersOf(archive: Buffer): Promise<Buffer[]> {
  const files = new Map<string, Buffer>();
  const reader = extract();
  reader.end(archive);
  for await (const entry of reader) files.set(entry.header.name, await buffer(entry));
  const manifest = JSON.parse(String(files.get('manifest.json'))) as { Layers: string[] }[];
  return (manifest[0]?.Layers ?? []).map((name) => files.get(name) ?? Buffer.alloc(0));
}

/** Docker knows no entries of type S. Of the others it saves less than it has loaded, and writes out the holes. */
const dockerTakes = (format: readonly string[]) => format[0] !== '--format=gnu';

describe('API: sparse files in archives', () => {
  const daemon = useSetting();
  let folder: string;
  let wanted: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-sparse-'));
    const fd = openSync(join(folder, 'holes'), 'w');
    ftruncateSync(fd, fileSize);
    for (let i = 0; i < 40; i++) writeSync(fd, `part ${i}`, i * 250_000);
    closeSync(fd);
    wanted = execFileSync('sha256sum', ['holes'], { cwd: folder, encoding: 'utf8' });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const sparseTar = (format: readonly string[]) =>
    execFileSync('tar', ['--sparse', ...format, '-C', folder, '-c', 'holes'], {
      maxBuffer: 1 << 26,
    });
  /** Content and room of the file in a container's folder. */
  const look = async (name: string, path: string) => {
    const body = {
      Cmd: ['sh', '-c', `cd ${path} && sha256sum holes && du -k holes | cut -f1`],
      AttachStdout: true,
      Tty: true,
    };
    const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, { body });
    const { text } = await daemon.it.send(`POST /exec/${Id}/start`, { body: { Tty: true } });
    const [sum = '', room = ''] = text.trim().split('\r\n');
    return { sum: `${sum}\n`, room: Number(room) };
  };

  for (const format of formats) {
    it(`are put into a container: ${format.join(' ')}`, async function () {
      if (isDocker && !dockerTakes(format)) this.skip();
      const name = await daemon.it.running();
      const body = sparseTar(format);
      await daemon.it.ok(`PUT /containers/${name}/archive?path=/tmp`, {
        body,
        headers: { 'Content-Type': 'application/x-tar' },
      });
      const { sum } = await look(name, '/tmp');
      expect(sum).to.equal(wanted);
    });

    it(`are loaded with a layer, and saved byte for byte: ${format.join(' ')}`, async function () {
      if (isDocker) this.skip();
      const layer = sparseTar(format);
      const base = await layersOf(await save('busybox:test'));
      const digest = (bytes: Buffer) =>
        `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const layers = [...base, layer];
      const config = {
        architecture: 'amd64',
        os: 'linux',
        config: { Cmd: ['sleep', '1000'], Env: ['PATH=/bin'] },
        rootfs: { type: 'layers', diff_ids: layers.map(digest) },
      };
      const manifest = [
        { Config: 'c.json', RepoTags: ['sparse:1'], Layers: layers.map((_, i) => `${i}.tar`) },
      ];
      const archive = await tarOf([
        { name: 'c.json', content: JSON.stringify(config) },
        { name: 'manifest.json', content: JSON.stringify(manifest) },
        ...layers.map((content, i) => ({ name: `${i}.tar`, content })),
      ]);
      const headers = { 'Content-Type': 'application/x-tar' };
      const { text } = await daemon.it.send('POST /images/load', { body: archive, headers });
      expect(text).to.include('Loaded image');
      const name = await daemon.it.running({ Image: 'sparse:1' });
      const { sum } = await look(name, '/');
      expect(sum).to.equal(wanted);
      const saved = await layersOf(await save('sparse:1'));
      expect(saved.map(digest)).to.deep.equal(layers.map(digest));
      await daemon.it.ok(`DELETE /containers/${name}?force=1`);
      await daemon.it.ok('DELETE /images/sparse:1');
    });
  }

  it('keep their holes', async function () {
    if (isDocker) this.skip();
    const name = await daemon.it.running();
    const headers = { 'Content-Type': 'application/x-tar' };
    const body = sparseTar(['--format=gnu']);
    await daemon.it.ok(`PUT /containers/${name}/archive?path=/tmp`, { body, headers });
    const { room } = await look(name, '/tmp');
    expect(room).to.be.lessThan(1024);
  });

  /** An image as an archive. */
  function save(image: string): Promise<Buffer> {
    const { socket: socketPath } = daemon.it;
    return new Promise((resolve, reject) => {
      const call = request({ socketPath, path: `/v1.41/images/${image}/get`, agent: false });
      call.on('response', (answer) => buffer(answer).then(resolve, reject));
      call.on('error', reject);
      call.end();
    });
  }
});
