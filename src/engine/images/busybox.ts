import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import { InvalidParameter, NotFound } from '../../base/errors.js';
import { encodeArchive, type TarEntryDraft } from '../../base/tar/writer.js';
import { importImage } from './import.js';
import type { ImageRecord } from './store.js';
import type { ImageWorld } from './world.js';

/** What the image is made from. */
export interface BusyboxImage {
  /** A statically linked busybox. Default `/bin/busybox`, as Debian's busybox-static has it. */
  readonly path?: string;
  /** Default `tsnet/busybox`. */
  readonly repo?: string;
}

/** A small image for trying things: the busybox of this machine with all its tools. The same program gives the same image. */
export async function makeBusybox(
  world: ImageWorld,
  options: BusyboxImage = {},
): Promise<ImageRecord> {
  const { path = '/bin/busybox', repo = 'tsnet/busybox' } = options;
  const program = await readFile(path).catch((cause: unknown) => {
    throw new NotFound(`there is no ${path} to make an image from: install busybox-static`, {
      cause,
    });
  });
  if (!isStatic(program))
    throw new InvalidParameter(`${path} needs shared libraries: install busybox-static`);
  const { stdout } = await promisify(execFile)(path, ['--list-full']);
  const archive = encodeArchive(busyboxFiles(program, stdout.trim().split('\n')));
  return await importImage(world, oneChunk(archive), {
    repo,
    message: 'The busybox of this machine',
    // The program's own time: the same program gives the same image.
    created: (await stat(path)).mtime,
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['sh'],
    },
  });
}

const folders: readonly [name: string, mode: number][] = [
  ['bin', 0o755],
  ['dev', 0o755],
  ['etc', 0o755],
  ['home', 0o755],
  ['proc', 0o755],
  ['root', 0o700],
  ['run', 0o755],
  ['sbin', 0o755],
  ['sys', 0o755],
  ['tmp', 0o1777],
  ['usr', 0o755],
  ['usr/bin', 0o755],
  ['usr/sbin', 0o755],
  ['var', 0o755],
  ['var/log', 0o755],
  ['var/spool', 0o755],
  ['var/tmp', 0o1777],
  ['var/www', 0o755],
];

const files: Readonly<Record<string, string>> = {
  'etc/group': 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
  'etc/passwd': [
    'root:x:0:0:root:/root:/bin/sh',
    'www-data:x:33:33:www-data:/var/www:/bin/false',
    'nobody:x:65534:65534:nobody:/home:/bin/false\n',
  ].join('\n'),
};

/** The root file system: the program once, a link for each of its tools (paths as `busybox --list-full` gives them). */
export function busyboxFiles(
  program: Buffer,
  tools: readonly string[],
): (TarEntryDraft & { content?: string | Buffer })[] {
  const links = tools.filter(
    (tool) => /^(usr\/)?s?bin\/[^/]+$/.test(tool) && tool !== 'bin/busybox',
  );
  return [
    ...folders.map(([name, mode]) => ({ name: `${name}/`, type: 'directory' as const, mode })),
    { name: 'bin/busybox', type: 'file', mode: 0o755, content: program },
    ...Object.entries(files).map(([name, content]) => ({ name, type: 'file' as const, content })),
    ...links.sort().map((name) => ({
      name,
      type: 'symlink' as const,
      mode: 0o777,
      linkName: posix.relative(posix.dirname(name), 'bin/busybox'),
    })),
  ];
}

/** Whether a 64-bit ELF program runs without a loader: it has no PT_INTERP header (elf(5)). */
export function isStatic(program: Buffer): boolean {
  const elf64 = program.subarray(0, 5).equals(Buffer.from('7f454c4602', 'hex'));
  if (!elf64 || program.length < 64) return false;
  const start = Number(program.readBigUInt64LE(32));
  const size = program.readUInt16LE(54);
  const types = Array.from({ length: program.readUInt16LE(56) }, (_, i) =>
    program.readUInt32LE(start + i * size),
  );
  return !types.includes(3);
}

async function* oneChunk(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}
