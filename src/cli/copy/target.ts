import { Failure } from '../failure.js';
import { meansFolder, splitPath } from './paths.js';

/** What is copied. */
export interface Source {
  readonly path: string;
  readonly isFolder: boolean;
  /** A name for the copy that is not the path's own; '' for none. */
  readonly rename: string;
}

/** Where a copy goes, as far as it is known. */
export interface Destination {
  readonly path: string;
  readonly exists: boolean;
  readonly isFolder: boolean;
}

/** What is to be done for a copy. */
export interface CopyPlan {
  /** The folder to unpack into. */
  readonly folder: string;
  /** What the thing that is copied is called there; `.` for the folder's own contents. */
  readonly name: string;
}

/**
 * Docker's rules for `cp`: into a folder that is there; over a file; or under a new name where nothing is.
 * @throws Failure in Docker's words
 */
export function planCopy(source: Source, destination: Destination): CopyPlan {
  const own = source.rename || splitPath(source.path).name;
  if (destination.exists && destination.isFolder) return { folder: destination.path, name: own };
  if (destination.exists && source.isFolder) throw new Failure('cannot copy directory');
  if (!destination.exists && !source.isFolder && meansFolder(destination.path))
    throw new Failure('no such directory');
  return splitPath(destination.path);
}
