import * as v from 'valibot';
import { InvalidParameter } from '../../base/errors.js';
import { type DiffId, isDigest } from '../storage/digest.js';

const diffId = v.custom<DiffId>((value) => typeof value === 'string' && isDigest(value));
const text = v.nullish(v.string());
const list = v.nullish(v.array(v.string()));
/** Go's set of strings. */
const keys = v.nullish(v.record(v.string(), v.unknown()));

const healthcheck = v.looseObject({
  Test: list,
  Interval: v.nullish(v.number()),
  Timeout: v.nullish(v.number()),
  StartPeriod: v.nullish(v.number()),
  StartInterval: v.nullish(v.number()),
  Retries: v.nullish(v.number()),
});

const runConfig = v.looseObject({
  User: text,
  Env: list,
  Entrypoint: list,
  Cmd: list,
  WorkingDir: text,
  Labels: v.nullish(v.record(v.string(), v.string())),
  ExposedPorts: keys,
  Volumes: keys,
  StopSignal: text,
  Shell: list,
  OnBuild: list,
  Healthcheck: v.nullish(healthcheck),
});

const history = v.looseObject({
  created: text,
  created_by: text,
  author: text,
  comment: text,
  empty_layer: v.nullish(v.boolean()),
});

const imageConfig = v.looseObject({
  created: text,
  author: text,
  architecture: v.string(),
  variant: text,
  os: v.string(),
  'os.version': text,
  comment: text,
  docker_version: text,
  config: v.nullish(runConfig),
  rootfs: v.looseObject({ type: v.literal('layers'), diff_ids: v.nullish(v.array(diffId)) }),
  history: v.nullish(v.array(history)),
});

/** How containers of an image run unless told otherwise (Docker's `Config` of an image). Go writes null for empty. */
export type RunConfig = v.InferOutput<typeof runConfig>;

/** One step of an image's making, oldest first. */
export type HistoryEntry = v.InferOutput<typeof history>;

/** An image's configuration: OCI image spec "config.md", with Docker's additions. Its digest is the image's id. */
export type ImageConfig = v.InferOutput<typeof imageConfig>;

/** Reads an image's configuration from JSON. @throws InvalidParameter */
export function parseImageConfig(json: string): ImageConfig {
  try {
    return v.parse(imageConfig, JSON.parse(json));
  } catch (cause) {
    throw new InvalidParameter('not an image configuration', { cause });
  }
}

/** The diff ids of the image's layers, lowest first. */
export function diffIdsOf(config: ImageConfig): readonly DiffId[] {
  return config.rootfs.diff_ids ?? [];
}

/** When the image was made; the epoch if it doesn't say. */
export function createdAt(config: ImageConfig): Date {
  const time = Date.parse(config.created ?? '');
  return new Date(Number.isNaN(time) ? 0 : time);
}
