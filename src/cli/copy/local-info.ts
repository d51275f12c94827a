import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { posix } from 'node:path';
import { Failure } from '../failure.js';
import { followed, nameOf, splitPath } from './paths.js';
import type { Destination, Source } from './target.js';

/** A chain of links that is longer leads nowhere. */
const mostLinks = 10;

/** What is to be copied from this machine; links on the way are followed, one at the end if `follow`. @throws Failure in Docker's words */
export function localSource(path: string, follow: boolean): Source {
  const { path: resolved, rename } = follow ? allFollowed(path) : parentFollowed(path);
  return { path: resolved, isFolder: statOf(resolved).isDirectory(), rename };
}

function allFollowed(path: string): { path: string; rename: string } {
  return followed(path, realOf(path));
}

function parentFollowed(path: string): { path: string; rename: string } {
  const at = path.lastIndexOf('/') + 1;
  const base = path.slice(at);
  const folder = realOf(path.slice(0, at));
  const resolved = `${folder === '/' ? '' : folder}/${base}`;
  const renames = path.endsWith('/') && nameOf(path) !== nameOf(resolved);
  return { path: resolved, rename: renames ? nameOf(path) : '' };
}

/** Where a path leads. @throws Failure naming what is missing */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') throw new Failure('not a directory');
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new Failure(`lstat ${missingAt(path)}: no such file or directory`);
  }
}

/** The path at the end of a chain of links, where nothing is. */
function missingAt(path: string): string {
  let at = posix.resolve(path);
  for (let i = 0; i < mostLinks; i++) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return at;
    at = posix.resolve(posix.dirname(at), readlinkSync(at));
  }
  return at;
}

function statOf(path: string): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') throw new Failure('not a directory');
    throw new Failure(`lstat ${path}: no such file or directory`);
  }
}

/** Refuses what can't be written to. @throws Failure in Docker's words */
export function checkOutput(path: string): void {
  const folder = posix.dirname(posix.normalize(path).replace(/(?<=.)\/$/, ''));
  if (statSync(folder, { throwIfNoEntry: false }) === undefined)
    throw new Failure(`invalid output path: directory ${JSON.stringify(folder)} does not exist`);
  const stat = target(path);
  if (stat?.isCharacterDevice() || stat?.isBlockDevice())
    throw new Failure(
      `invalid output path: ${JSON.stringify(path)} must be a directory or a regular file: got a device`,
    );
}

function target(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') throw new Failure(`stat ${path}: not a directory`);
    throw error;
  }
}

/** What is at a path of this machine, links followed; where nothing is, its folder must be there. @throws Failure */
export function localDestination(path: string): Destination {
  let at = path;
  for (let i = 0; i <= mostLinks; i++) {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return missing(at);
    if (!stat.isSymbolicLink()) return { path: at, exists: true, isFolder: stat.isDirectory() };
    at = posix.resolve(splitPath(at).folder, readlinkSync(at));
  }
  throw new Failure(`too many symlinks in ${path}`);
}

function missing(path: string): Destination {
  const { folder } = splitPath(path);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw new Failure(`stat ${folder}: no such file or directory`);
  if (!stat.isDirectory()) throw new Failure('not a directory');
  return { path, exists: false, isFolder: false };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
