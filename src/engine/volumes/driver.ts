import type { VolumeRecord } from './model.js';

/** What a driver tells of one of its volumes. */
export interface DriverVolume {
  readonly name: string;
  /** Where it is on the host; '' if that is known only while it is mounted. */
  readonly mountpoint: string;
  /** RFC 3339. */
  readonly createdAt?: string;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** Writes a volume's record, or removes it, at the point where a crash does least harm. */
export type Note = () => Promise<void>;

/** Where volumes are kept: on this machine, or by a plugin. */
export interface VolumeDriver {
  readonly name: string;
  /** `local` or `global`. */
  scope(): Promise<string>;
  /** Makes a volume and has it noted. @throws InvalidParameter for a bad name or option */
  create(volume: VolumeRecord, note: Note): Promise<void>;
  /** Removes a volume with all that is in it; one that is gone is fine. */
  remove(volume: VolumeRecord, forget: Note): Promise<void>;
  /** Undefined if the driver has none of this name. @throws Unavailable if it can't be asked */
  get(name: string): Promise<DriverVolume | undefined>;
  /** @throws Unavailable if it can't be asked */
  list(): Promise<readonly DriverVolume[]>;
  /** Whether the driver must be told when a use ends; otherwise mounting is nothing but asking for the path. */
  tracks(volume: VolumeRecord): boolean;
  /** Makes it usable and answers where it is. Each use has an id of its own. */
  mount(volume: VolumeRecord, useId: string): Promise<string>;
  /** Ends a use; one that isn't known is fine. */
  unmount(volume: VolumeRecord, useId: string): Promise<void>;
  /** A use goes on over a restart of the daemon. */
  resume(volume: VolumeRecord, useId: string): void;
}
