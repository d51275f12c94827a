/** Volumes as records. */

type Texts = Readonly<Record<string, string>>;

/** A volume. Durable. */
export interface VolumeRecord {
  readonly name: string;
  readonly driver: string;
  /** RFC 3339. */
  readonly created: string;
  /** `null` as long as nobody gave any: clients see the difference to `{}`. */
  readonly labels: Texts | null;
  /** Of the driver. */
  readonly options: Texts | null;
}

/** What a new volume is to be. */
export type VolumeDraft = Omit<VolumeRecord, 'created'>;

/** A volume in use by a running container, where its driver has to be told of the end. Volatile. */
export interface VolumeUse {
  /** What the driver knows this use by. */
  readonly id: string;
  readonly volume: string;
  readonly driver: string;
  readonly container: string;
}

/**
 * Anonymous volumes that go if their container isn't there: written before they are made and before it is removed,
 * so that a crash in between leaves none behind. Volatile.
 */
export interface VolumeFate {
  readonly container: string;
  readonly volumes: readonly string[];
}

/** Set on volumes that nobody named. Docker's own, so that clients find them. */
export const anonymousLabel = 'com.docker.volume.anonymous';

/** The driver of volumes on this machine. */
export const localDriver = 'local';
