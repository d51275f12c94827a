import {
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { System } from '../../../base/errors.js';
import { type Fd, O_PATH } from '../../../native/fd.js';
import { mknod, type SpecialFile, setTimes, splitDevice } from '../../../native/inode.js';
import { isErrno } from '../../../native/libc.js';
import { copyFile, dress, type Pair } from './file.js';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** So many files are copied before others get a turn. */
const stretch = 64;

/** How a tree is copied. */
export interface CopyOptions {
  /**
   * The target's path, if nobody else can write there: several names of one file stay several names. Otherwise each
   * becomes a file of its own, because a path could lead elsewhere by the time that it is linked.
   */
  readonly privatePath?: string;
}

/** One copying of a tree. */
interface Copying {
  /** Copies of files with several names, by device and inode. */
  readonly linked: Map<string, Buffer> | undefined;
  copied: number;
}

/** An open folder of the target, and how what is in it is named. */
interface Target {
  readonly fd: number;
  /** With the slash at its end. */
  readonly path: Buffer;
}

/**
 * Copies what is in one folder into another, with owner, mode, times, extended attributes, links, devices and holes;
 * last the folder's own attributes. Links are copied and never followed, and every step starts at an open folder, so
 * that nothing outside is read or written whatever is done to the target meanwhile. What is there already stays.
 */
export async function copyTree(from: Fd, to: Fd, { privatePath }: CopyOptions): Promise<void> {
  const path = privatePath === undefined ? pathOf(to.number) : Buffer.from(`${privatePath}/`);
  const linked = privatePath === undefined ? undefined : new Map<string, Buffer>();
  await copyFolder(from.number, { fd: to.number, path }, { linked, copied: 0 });
}

async function copyFolder(from: number, to: Target, copying: Copying): Promise<void> {
  const here = pathOf(from);
  const stat = fstatSync(from, { bigint: true });
  for (const name of readdirSync(here, { encoding: 'buffer' })) {
    const source = Buffer.concat([here, name]);
    const target = Buffer.concat([to.path, name]);
    await copyOne({ source, target, stat: lstatSync(source, { bigint: true }) }, copying);
  }
  dress(to.fd, itself(here), stat);
  setTimes(itself(pathOf(to.fd)), stat.atimeNs, stat.mtimeNs);
}

/** A path that leads to an open folder wherever it is by now. */
function pathOf(folder: number): Buffer {
  return Buffer.from(`/proc/self/fd/${folder}/`);
}

/** The folder, not the link that names it. */
function itself(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.from('.')]);
}

async function copyOne(pair: Pair, copying: Copying): Promise<void> {
  if (++copying.copied % stretch === 0) await breathe();
  try {
    if (linkAgain(pair, copying)) return;
    await copiers[kindOf(pair.stat)](pair, copying);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

/** Makes another name of a file that was copied before. */
function linkAgain({ target, stat }: Pair, { linked }: Copying): boolean {
  if (!linked || stat.isDirectory() || stat.nlink < 2n) return false;
  const key = `${stat.dev}:${stat.ino}`;
  const first = linked.get(key);
  if (first) linkSync(first, target);
  else linked.set(key, target);
  return first !== undefined;
}

type Kind = 'folder' | 'file' | 'link' | SpecialFile['kind'];

function kindOf(stat: BigIntStats): Kind {
  if (stat.isDirectory()) return 'folder';
  if (stat.isFile()) return 'file';
  if (stat.isSymbolicLink()) return 'link';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isSocket()) return 'socket';
  return stat.isBlockDevice() ? 'block' : 'char';
}

const copiers: Readonly<Record<Kind, (pair: Pair, copying: Copying) => Promise<void> | void>> = {
  folder: copySubfolder,
  file: copyFile,
  link: copyLink,
  fifo: (pair) => copySpecial(pair, 'fifo'),
  // A socket's file is of no use to anybody but the process that made it; Docker makes it all the same.
  socket: (pair) => copySpecial(pair, 'socket'),
  char: (pair) => copySpecial(pair, 'char'),
  block: (pair) => copySpecial(pair, 'block'),
};

async function copySubfolder({ source, target }: Pair, copying: Copying): Promise<void> {
  mkdirSync(target, { mode: 0o700 });
  const from = openSync(source, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const fd = openSync(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      const path = copying.linked ? Buffer.concat([target, Buffer.from('/')]) : pathOf(fd);
      await copyFolder(from, { fd, path }, copying);
    } finally {
      closeSync(fd);
    }
  } finally {
    closeSync(from);
  }
}

function copyLink({ source, target, stat }: Pair): void {
  symlinkSync(readlinkSync(source, { encoding: 'buffer' }), target);
  lchownSync(target, Number(stat.uid), Number(stat.gid));
  setTimes(target, stat.atimeNs, stat.mtimeNs);
}

function copySpecial({ target, stat }: Pair, kind: SpecialFile['kind']): void {
  mknod({ path: target, kind, mode: 0o600, ...splitDevice(stat.rdev) });
  lchownSync(target, Number(stat.uid), Number(stat.gid));
  const made = openSync(target, O_PATH | O_NOFOLLOW);
  try {
    if (fstatSync(made).isSymbolicLink()) throw new System('a file was replaced while it was made');
    chmodSync(`/proc/self/fd/${made}`, Number(stat.mode & 0o7777n));
  } finally {
    closeSync(made);
  }
  setTimes(target, stat.atimeNs, stat.mtimeNs);
}
