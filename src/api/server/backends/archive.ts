import type { Readable } from 'node:stream';
import type { PathStat } from '../../types/archive.js';

/** How an archive goes into a container. */
export interface ExtractQuery {
  /** Refuse to replace a folder by something else, or something else by a folder. */
  readonly noOverwriteDirNonDir: boolean;
  /** Everything belongs to the container's user, rather than to whom the archive says. */
  readonly copyUIDGID: boolean;
}

/** Files of containers, also of those that don't run. Paths are as the container sees them. */
export interface ArchiveBackend {
  /** @throws NotFound of the container or the file */
  statPath(ref: string, path: string): Promise<PathStat>;
  /** The thing and all below it as a tar. */
  archivePath(ref: string, path: string): Promise<{ stat: PathStat; tar: Readable }>;
  /** All files of the container as a tar, without what is mounted over them. */
  export(ref: string): Promise<Readable>;
  /** Unpacks a tar, compressed or not, into a folder that is there. @throws InvalidParameter, NotFound, System */
  extractTo(
    ref: string,
    path: string,
    source: AsyncIterable<Buffer>,
    query: ExtractQuery,
  ): Promise<void>;
}
