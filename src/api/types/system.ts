/** Events and prune answers on the wire. Docker Engine API: tag `System`. */

/** Docker API: `EventMessage`. */
export interface EventMessage {
  readonly Type: 'container' | 'image' | 'network' | 'volume' | 'daemon';
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: 'local';
  /** Seconds, and nanoseconds, since the epoch. */
  readonly time: number;
  readonly timeNano: number;
  /** For old clients: container and image events only. */
  readonly status?: string;
  readonly id?: string;
  readonly from?: string;
}

/** Decoded `filters` of a list, prune or events request: key to values; `{"label":{"a=b":true}}` reads as `["a=b"]`. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/** Answers to prune. */
export interface ContainersPruned {
  readonly ContainersDeleted: readonly string[] | null;
  readonly SpaceReclaimed: number;
}
/** Docker Engine API: `NetworkPruneResponse`. */
export interface NetworksPruned {
  readonly NetworksDeleted: readonly string[] | null;
}
/** Docker Engine API: `ImagePruneResponse`. */
export interface ImagesPruned {
  readonly ImagesDeleted: readonly ImageDeleted[] | null;
  readonly SpaceReclaimed: number;
}

/** One line of `rmi`. */
export type ImageDeleted = { readonly Untagged: string } | { readonly Deleted: string };
