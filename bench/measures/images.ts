import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Engine } from '../engines/engine.js';
import type { Row } from '../report/rows.js';
import type { Bench, Measurement } from './bench.js';
import { type Once, rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

const NAME = 'tsnet-bench-large:latest';
/** One layer of 300 MB, in files as programs and their libraries have them. */
const FILES = 300;
const FILE_BYTES = 1_000_000;
/** A load takes seconds: no more rounds than these. */
const SAMPLES = 5;

/** An image comes out of an archive and goes back into one. */
export const imagesMeasurement: Measurement = {
  number: 16,
  title: 'An image of 300 MB',

  async measure(bench: Bench): Promise<Row[]> {
    const archive = await largeArchive();
    return await rounds(
      bench,
      {
        key: 'images',
        title: 'load, save and remove',
        parts: ['load', 'save', 'remove', 'total'],
        samples: Math.min(bench.samples, SAMPLES),
      },
      async (engine) => travelling(engine, archive),
    );
  },
};

async function travelling({ api }: Engine, archive: Buffer): Promise<Once> {
  return async () => {
    const watch = new Stopwatch();
    const said = await watch.time('load', () => api.send('POST', '/images/load?quiet=1', archive));
    if (!said.includes('Loaded image')) throw new Error(`load: ${said}`);
    const length = await watch.time('save', () => api.length(`/images/get?names=${NAME}`));
    if (length < FILES * FILE_BYTES) throw new Error(`an archive of ${length} bytes came`);
    await watch.time('remove', () => api.send('DELETE', `/images/${NAME}`));
    return watch.parts;
  };
}

/** A docker-archive with that one layer. Its bytes can't be packed any smaller. */
async function largeArchive(): Promise<Buffer> {
  const files = pack();
  const content = randomBytes(FILE_BYTES);
  for (let i = 0; i < FILES; i++) {
    content.writeUInt32BE(i);
    files.entry({ name: `usr/lib/part${i}` }, Buffer.from(content));
  }
  files.finalize();
  const layer = await buffer(files);
  const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: ['true'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest(layer)}`] },
    history: [{ created_by: 'tsnet bench' }],
  });
  const configName = `${digest(config)}.json`;
  const manifest = [{ Config: configName, RepoTags: [NAME], Layers: ['layer/layer.tar'] }];
  const archive = pack();
  archive.entry({ name: 'layer/layer.tar' }, layer);
  archive.entry({ name: configName }, config);
  archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  archive.finalize();
  return await buffer(archive);
}
