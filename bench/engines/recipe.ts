import type { EngineName } from '../report/rows.js';

/** Where one engine keeps its things. All below the bench's folder. */
export interface Places {
  /** Parent of the others; made. */
  readonly folder: string;
  /** For the data root; made. */
  readonly data: string;
  /** For the exec root: on a tmpfs as /run is; made. */
  readonly run: string;
  /** Path of the API's socket. */
  readonly socket: string;
}

/** How an engine is started. */
export interface Recipe {
  readonly name: EngineName;
  /** Writes the files that the programs need. */
  prepare(places: Places): void;
  /** A program that must run before the daemon, and the socket that shows that it is ready. */
  companion(
    places: Places,
  ): { readonly argv: readonly string[]; readonly socket: string } | undefined;
  /** The daemon's command line. */
  daemon(places: Places): readonly string[];
}
