import { posix } from 'node:path';
import { InvalidParameter, System } from '../../../base/errors.js';

/** A path in a container as a request names it. */
export interface WantedPath {
  /** Absolute and cleaned, with the end that was asked for: `/a`, `/a/` or `/a/.`. */
  readonly text: string;
  /** Its names from the root on, free of `.` and `..`. */
  readonly names: readonly string[];
  /** It ends in `/` or `/.`: a link at its end is followed, and what it leads to must be a folder. */
  readonly folder: boolean;
  /** What the thing is called in an archive: the last name; `.` for what ends so, `/` for the root. */
  readonly base: string;
}

/**
 * Reads a path of the archive endpoints. It counts from the container's root, and `..` is taken literally, as
 * Docker does: before any link is looked at. @throws InvalidParameter
 */
export function wantedPath(path: string): WantedPath {
  if (path === '') throw new InvalidParameter('bad parameter: pathcannot be empty');
  if (path.includes('\0')) throw new InvalidParameter('bad parameter: path has a NUL in it');
  const names = namesOf(posix.join('/', path));
  const dot = posix.basename(path) === '.';
  const folder = dot || path.endsWith('/');
  const cleaned = `/${names.join('/')}`;
  const slash = cleaned.endsWith('/') ? '' : '/';
  return {
    text: dot ? `${cleaned}${slash}.` : cleaned + (folder ? slash : ''),
    names,
    folder,
    base: dot ? '.' : (names.at(-1) ?? '/'),
  };
}

/** The names of a path that mean a step: without `.` and doubled slashes. */
export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/**
 * The names, from the container's root on, of what an archive that goes into `folder` calls `name`.
 * @throws System if it leads out of the folder
 */
export function namesInside(folder: string, name: string, what: 'entry' | 'link'): string[] {
  const path = posix.join('/', folder, name);
  if (folder === '/' || path === folder || path.startsWith(`${folder}/`)) return namesOf(path);
  const shown = JSON.stringify(posix.normalize(name));
  throw new System(
    what === 'entry'
      ? `${shown} is outside of ${JSON.stringify(folder)}`
      : `invalid hardlink ${JSON.stringify(path)} -> ${shown}`,
  );
}
