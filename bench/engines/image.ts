import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Api } from './api.js';

/** Name of the image that every container is made of. */
export const IMAGE = 'tsnet-bench:latest';

const APPLETS = ['true', 'sleep', 'sh'];

/**
 * A docker-archive (the format of `docker save`) with one layer: a static busybox and links to it.
 * @throws Error if the machine has no busybox
 */
export async function buildImage(): Promise<Buffer> {
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync);
  if (!busybox) throw new Error('no busybox: apt-get install busybox-static');
  const layer = await buildLayer(readFileSync(busybox));
  const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: ['true'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created_by: 'tsnet bench' }],
  });
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  const manifest = [{ Config: configName, RepoTags: [IMAGE], Layers: ['layer/layer.tar'] }];
  const archive = pack();
  archive.entry({ name: 'layer/', type: 'directory' });
  archive.entry({ name: 'layer/layer.tar' }, layer);
  archive.entry({ name: configName }, config);
  archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  archive.finalize();
  return buffer(archive);
}

/** Loads the image into an engine. @throws Error with the engine's words */
export async function loadImage(api: Api, archive: Buffer): Promise<void> {
  const answer = await api.send('POST', '/images/load?quiet=1', archive);
  // A failure after the status has gone out is a line of the body.
  if (answer.includes('"error"')) throw new Error(`load of the image: ${answer}`);
  await api.send('GET', `/images/${IMAGE}/json`);
}

async function buildLayer(busybox: Buffer): Promise<Buffer> {
  const layer = pack();
  for (const name of ['bin/', 'dev/', 'etc/', 'proc/', 'sys/', 'tmp/']) {
    layer.entry({ name, type: 'directory', mode: 0o755 });
  }
  layer.entry({ name: 'bin/busybox', mode: 0o755 }, busybox);
  for (const applet of APPLETS) {
    layer.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  }
  layer.finalize();
  return buffer(layer);
}
