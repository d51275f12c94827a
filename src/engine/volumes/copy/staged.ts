import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fd } from '../../../native/fd.js';
import { setTimes } from '../../../native/inode.js';
import { dress } from './file.js';
import { copyTree } from './tree.js';

const { O_DIRECTORY, O_RDONLY } = constants;

/**
 * Fills an empty volume on this machine in two steps, so that a crash leaves it empty or full: the files are copied
 * into a folder beside the volume's, which is renamed when all are there; then they are moved.
 */
export async function fillStaged(from: Fd, folder: string): Promise<void> {
  const staging = stagingOf(folder);
  await rm(staging, { recursive: true, force: true });
  mkdirSync(staging, { mode: 0o700 });
  {
    using to = Fd.open(staging, O_RDONLY | O_DIRECTORY);
    await copyTree(from, to, { privatePath: staging });
  }
  renameSync(staging, filledOf(folder));
  await finishStaged(folder);
}

/** Ends what a crash interrupted. A volume that was never being filled is left alone. */
export async function finishStaged(folder: string): Promise<void> {
  await rm(stagingOf(folder), { recursive: true, force: true });
  const filled = filledOf(folder);
  if (!existsSync(filled)) return;
  const data = join(folder, '_data');
  const stat = statSync(filled, { bigint: true });
  for (const name of readdirSync(filled, { encoding: 'buffer' })) {
    moveInto(filled, data, name);
  }
  const to = openSync(data, O_RDONLY | O_DIRECTORY);
  try {
    dress(to, Buffer.from(filled), stat);
  } finally {
    closeSync(to);
  }
  setTimes(data, stat.atimeNs, stat.mtimeNs);
  await rm(filled, { recursive: true, force: true });
}

/** What a container has put there meanwhile stays. */
function moveInto(filled: string, data: string, name: Buffer): void {
  const target = Buffer.concat([Buffer.from(`${data}/`), name]);
  if (lstatSync(target, { throwIfNoEntry: false })) return;
  renameSync(Buffer.concat([Buffer.from(`${filled}/`), name]), target);
}

function stagingOf(folder: string): string {
  return join(folder, '_copy');
}

function filledOf(folder: string): string {
  return join(folder, '_filled');
}
