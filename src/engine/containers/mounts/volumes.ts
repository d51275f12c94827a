/** Volumes as containers need them. */
import type { Fd } from '../../../native/fd.js';

type Texts = Readonly<Record<string, string>>;

/** A volume that a new container wants. */
export interface VolumeClaim {
  readonly name: string;
  /** The name is of {@link ContainerVolumes.inventName}. */
  readonly isAnonymous: boolean;
  /** '': whatever driver has it, else the local one. */
  readonly driver: string;
  readonly options: Texts | null;
  readonly labels: Texts | null;
}

/** The volume that it got. */
export interface ClaimedVolume {
  readonly name: string;
  readonly driver: string;
  /** '' if its driver tells only once it is mounted. */
  readonly mountpoint: string;
}

/** One mount of a volume in a container that starts, or into which something is copied. */
export interface VolumeMount {
  readonly container: string;
  /** Whose mounts end together, by `unmountAll`. Default: the container. */
  readonly holder?: string;
  readonly volume: string;
  readonly destination: string;
  readonly writable: boolean;
  readonly propagation: string;
  /** A folder or file in the volume; '' for all of it. */
  readonly subpath: string;
}

/** A container's hold on volumes at a start of the daemon. */
export interface VolumeHolder {
  readonly container: string;
  readonly volumes: readonly string[];
  readonly isRunning: boolean;
}

/** What containers ask of volumes. */
export interface ContainerVolumes {
  /** A name for one that has none; it goes with its container, see {@link promise}. */
  inventName(): string;
  /**
   * Says that these volumes, which nobody named, are to go if the container isn't there at the next start of the
   * daemon. An empty list takes it back.
   */
  promise(container: string, volumes: readonly string[]): Promise<void>;
  /** Finds or makes a volume and keeps it for the container. @throws as `POST /volumes/create` */
  claim(container: string, claim: VolumeClaim): Promise<ClaimedVolume>;
  /** The container has them no longer. */
  release(container: string, volumes: readonly string[]): void;
  /** Removes those that no other container has. */
  discard(volumes: readonly string[]): Promise<void>;
  /** Whether an image's files could go there: it is empty, or can't be looked into before it is mounted. */
  isFillable(volume: string, subpath: string): Promise<boolean>;
  /** Copies a folder into the volume, if that is empty. */
  fill(mount: Pick<VolumeMount, 'container' | 'volume' | 'subpath'>, folder: Fd): Promise<void>;
  /** Makes it usable and answers its path. @throws System `error while mounting volume '...': ...` */
  mount(mount: VolumeMount): Promise<string>;
  /**
   * Shows a part of a folder where nobody can change it, until `settle` or `unmountAll` of the holder; `name` is its own.
   * @throws NotFound if it isn't there; InvalidParameter if it leads out of the folder
   */
  expose(part: { path: string; subpath: string; holder: string; name: string }): string;
  /** The runtime has mounted all that {@link mount} showed it; what was made for this alone goes. */
  settle(holder: string): Promise<void>;
  /** The container, or other holder, has ended: all of its mounts do. Goes on over failures and tells the first at the end. */
  unmountAll(holder: string): Promise<void>;
  /** At start: what a crash left half done is ended, and what nobody uses is unmounted. */
  restore(holders: readonly VolumeHolder[]): Promise<void>;
}
