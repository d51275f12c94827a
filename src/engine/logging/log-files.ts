import { closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path/posix';
import { isErrno } from '../../native/libc.js';

/**
 * The files of a log, beside the one that is written, `PATH`: `PATH.full` has just been put aside, `PATH.1` before
 * that, and so on; `PATH.2.gz` is compressed.
 */
export interface LogFile {
  readonly path: string;
  readonly isCompressed: boolean;
}

/** A numbered file. */
export interface NumberedFile extends LogFile {
  readonly number: number;
}

/** Where a file is while it is put aside. */
export function fullPath(path: string): string {
  return `${path}.full`;
}

/** Name of a file put aside. */
export function numberedPath(path: string, number: number, isCompressed: boolean): string {
  return `${path}.${number}${isCompressed ? '.gz' : ''}`;
}

/** Files put aside that have their number, the newest (1) first. */
export function numberedFiles(path: string): NumberedFile[] {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const found = namesIn(folder).flatMap((name): NumberedFile[] => {
    if (!name.startsWith(prefix)) return [];
    const [, number, gz] = /^(\d+)(\.gz)?$/.exec(name.slice(prefix.length)) ?? [];
    if (number === undefined) return [];
    return [{ path: join(folder, name), number: Number(number), isCompressed: gz !== undefined }];
  });
  // While one is compressed, and after a crash meanwhile, both are there: the plain one is whole.
  const plain = new Set(found.filter((file) => !file.isCompressed).map((file) => file.number));
  return found
    .filter((file) => !(file.isCompressed && plain.has(file.number)))
    .sort((a, b) => a.number - b.number);
}

/** Removes what is left of a cut or a compression that was broken off. Nothing of it is missed: its source is still there. */
export function removeDrafts(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of namesIn(dirname(path))) {
    const isDraft = name.startsWith(prefix) && draft.test(name.slice(prefix.length));
    if (isDraft) rmSync(join(dirname(path), name), { force: true });
  }
}

const draft = /^(last|piece\d+|\d+\.part)$/;

/** A log file that is open for reading, whatever becomes of its name. */
export interface OpenLogFile extends LogFile {
  readonly fd: number;
}

/** Opens every file of a log, the oldest first; those that are not there are left out. */
export function openLogFiles(path: string): OpenLogFile[] {
  const plain = [fullPath(path), path].map((one) => ({ path: one, isCompressed: false }));
  return [...numberedFiles(path).reverse(), ...plain].flatMap((file) => {
    const fd = tryOpen(file.path);
    return fd === undefined ? [] : [{ ...file, fd }];
  });
}

/** Undefined if it isn't there. */
export function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Closes what was opened. */
export function closeAll(files: Iterable<{ readonly fd: number }>): void {
  for (const { fd } of files) closeSync(fd);
}

/** Bytes in a file; undefined if there is none. */
export function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
