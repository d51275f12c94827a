/** Volumes on the wire. Docker Engine API: tag `Volume`. */
import * as v from 'valibot';
import { text } from './fields.js';

/** String to string; what was left out is `null` in every answer, too. */
const stringsOrNull = v.nullish(v.record(v.string(), v.string()), null);

/** Body of `POST /volumes/create`. */
export const volumeCreate = v.object({
  Name: text,
  Driver: text,
  DriverOpts: stringsOrNull,
  Labels: stringsOrNull,
  /** Only a swarm has such volumes. */
  ClusterVolumeSpec: v.nullish(v.unknown()),
});

export type VolumeCreate = v.InferOutput<typeof volumeCreate>;

/** Docker API: `Volume`. */
export interface VolumeView {
  /** RFC 3339, seconds. */
  readonly CreatedAt: string;
  readonly Driver: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  /** Where it is on the host; '' if its driver tells only once it is mounted. */
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Scope: string;
  /** What its driver tells of it. */
  readonly Status?: Readonly<Record<string, unknown>>;
  /** In answers about disk usage alone. */
  readonly UsageData?: VolumeUsage;
}

/** Bytes in a volume (-1: not known), and how many containers use it. */
export interface VolumeUsage {
  readonly Size: number;
  readonly RefCount: number;
}

/** Answer of `GET /volumes`. Warnings are of drivers that could not be asked. */
export interface VolumeList {
  readonly Volumes: readonly VolumeView[];
  readonly Warnings: readonly string[] | null;
}

/** Answer of `POST /volumes/prune`. */
export interface VolumesPruned {
  readonly VolumesDeleted: readonly string[] | null;
  readonly SpaceReclaimed: number;
}
