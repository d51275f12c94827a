import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { setFdXattr } from '../../../native/fd-xattr.js';
import { setTimes } from '../../../native/inode.js';
import { isErrno } from '../../../native/libc.js';
import { getXattr, listXattrs } from '../../../native/xattr.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
/** Smaller files are copied at once: a trip to another thread takes longer. */
const small = 131_072n;
const chunkBytes = 1024 * 1024;

/** One file in two trees, each named by an open folder and a name in it. */
export interface Pair {
  readonly source: Buffer;
  readonly target: Buffer;
  readonly stat: BigIntStats;
}

/**
 * Copies a regular file into a new one. Everything goes through the descriptor of the file that was made here, so
 * that one put in its place meanwhile gets neither data nor rights. Holes stay holes.
 */
export async function copyFile({ source, target, stat }: Pair): Promise<void> {
  const to = openSync(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    if (stat.size <= small) copySmall(source, to, Number(stat.size));
    else await copyLarge(source, to);
    dress(to, source, stat);
  } finally {
    closeSync(to);
  }
  setTimes(target, stat.atimeNs, stat.mtimeNs);
}

/** Owner, attributes and mode of the original, in this order: a change of owner clears set-uid and capabilities. */
export function dress(to: number, source: Buffer, stat: BigIntStats): void {
  fchownSync(to, Number(stat.uid), Number(stat.gid));
  for (const name of listXattrs(source)) {
    const value = getXattr(source, name);
    if (value) setXattr(to, name, value);
  }
  fchmodSync(to, Number(stat.mode & 0o7777n));
}

/** A file system that has no attributes of a kind takes the file without. */
function setXattr(to: number, name: string, value: Buffer): void {
  try {
    setFdXattr(to, name, value);
  } catch (error) {
    if (!isErrno(error, 'EOPNOTSUPP', 'ENOTSUP')) throw error;
  }
}

function copySmall(source: Buffer, to: number, size: number): void {
  const from = openSync(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(size);
    const length = readSync(from, buffer, 0, size, 0);
    for (let at = 0; at < length; ) at += writeSync(to, buffer, at, length - at, at);
  } finally {
    closeSync(from);
  }
}

async function copyLarge(source: Buffer, to: number): Promise<void> {
  const from = await open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(chunkBytes);
    const zeros = Buffer.alloc(chunkBytes);
    let at = 0;
    for (;;) {
      const { bytesRead } = await from.read(buffer, 0, chunkBytes, at);
      if (bytesRead === 0) break;
      const isHole = buffer.compare(zeros, 0, bytesRead, 0, bytesRead) === 0;
      for (let n = 0; !isHole && n < bytesRead; ) {
        n += writeSync(to, buffer, n, bytesRead - n, at + n);
      }
      at += bytesRead;
    }
    ftruncateSync(to, at);
  } finally {
    await from.close();
  }
}
