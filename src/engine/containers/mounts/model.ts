import type { MountPoint } from '../../../api/types/container.js';

type Texts = Readonly<Record<string, string>>;

/** A mount of a container, as it is kept. Docker API: `MountPoint`, and what the start needs to know besides. */
export interface ContainerMount extends MountPoint {
  /** Nobody named the volume: it goes with `rm -v`. */
  readonly anonymous?: true;
  /** A folder or file in the volume or image. */
  readonly subpath?: string;
  /** Of an image: id of the tree that was made of it. */
  readonly view?: string;
  /** The source of the bind must be there (`--mount`); otherwise it becomes an empty folder (`-v`). */
  readonly mustExist?: true;
  /** Nobody asked for its propagation: it is what the place of the source needs, if that can be had. */
  readonly propagationByDefault?: true;
  /** Without what is mounted below the source. */
  readonly nonRecursive?: true;
  /** What is mounted below the source of a read-only mount stays writable. */
  readonly readOnlyNonRecursive?: true;
  /** A kernel or runtime that can't write-protect what is mounted below is an error. */
  readonly readOnlyForceRecursive?: true;
}

/** A mount that a new container wants; its volume is found or made afterwards. */
export interface WantedMount extends ContainerMount {
  readonly volume?: {
    readonly driver: string;
    readonly options: Texts | null;
    readonly labels: Texts | null;
  };
  /** The image to mount. */
  readonly image?: string;
  /** An empty volume gets the image's files. */
  readonly copy?: true;
  /** Of the image's or the user's list of paths: it can't be where the image has a file. */
  readonly isPath?: true;
}

/** A mount as clients see it. */
export function shownMount({
  Type,
  Name,
  Source,
  Destination,
  Driver,
  Mode,
  RW,
  Propagation,
}: MountPoint): MountPoint {
  return {
    Type,
    ...(Name !== undefined && { Name }),
    Source,
    Destination,
    ...(Driver !== undefined && { Driver }),
    Mode,
    RW,
    Propagation,
  };
}
