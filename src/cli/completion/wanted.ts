/** Kinds of things that the daemon, or for contexts the user's folder, knows the names of. */
export type NameKind = 'containers' | 'images' | 'networks' | 'volumes' | 'contexts';

/** What may stand at a place of a command line. */
export interface Wanted {
  readonly words?: readonly string[];
  readonly names?: NameKind | readonly NameKind[];
  /** States of the containers that are meant; all if left out. */
  readonly states?: readonly string[];
  /** Files of the user's, which the shell itself completes. */
  readonly files?: boolean;
}
