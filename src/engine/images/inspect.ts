import type { GraphDriver } from '../storage/rootfs.js';
import { diffIdsOf, type RunConfig } from './config.js';
import { shownNames } from './list.js';
import type { ImageRecord } from './store.js';
import type { ImageWorld } from './world.js';

/** Docker's answer to `docker image inspect` (ImageInspect). */
export interface ImageInspect {
  readonly Id: string;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  readonly Parent: string;
  readonly Comment: string;
  readonly Created: string;
  readonly DockerVersion: string;
  readonly Author: string;
  readonly Config: RunConfig;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Os: string;
  readonly OsVersion?: string;
  readonly Size: number;
  readonly VirtualSize: number;
  readonly GraphDriver: GraphDriver;
  readonly RootFS: { readonly Type: 'layers'; readonly Layers?: readonly string[] };
  /** Go's zero time if it was never named. */
  readonly Metadata: { readonly LastTagTime: string };
}

/** Says everything about an image. @throws NotFound */
export function inspectImage(world: ImageWorld, nameOrId: string): ImageInspect {
  const image = world.store.resolve(nameOrId);
  const { parsed, chainId } = image;
  const size = world.storage.layers.sizeOf(chainId);
  const layers = diffIdsOf(parsed);
  return {
    Id: image.id,
    ...shownNames(world.store.namesOf(image.id)),
    Parent: image.parent ?? '',
    Comment: commentOf(image),
    Created: parsed.created ?? '',
    DockerVersion: parsed.docker_version ?? '',
    Author: parsed.author ?? '',
    Config: shownConfig(parsed.config ?? {}),
    Architecture: parsed.architecture,
    ...(parsed.variant ? { Variant: parsed.variant } : {}),
    Os: parsed.os,
    ...(parsed['os.version'] ? { OsVersion: parsed['os.version'] } : {}),
    Size: size,
    VirtualSize: size,
    GraphDriver: world.storage.describe(chainId),
    RootFS: { Type: 'layers', ...(layers.length === 0 ? {} : { Layers: layers }) },
    Metadata: { LastTagTime: image.taggedAt ?? '0001-01-01T00:00:00Z' },
  };
}

/** An image without a comment of its own shows that of its last step. */
function commentOf({ parsed }: ImageRecord): string {
  return parsed.comment || (parsed.history?.at(-1)?.comment ?? '');
}

/** With the fields that clients expect to be there. */
function shownConfig(config: RunConfig): RunConfig {
  return {
    Hostname: '',
    Domainname: '',
    User: '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: null,
    Cmd: null,
    Image: '',
    Volumes: null,
    WorkingDir: '',
    Entrypoint: null,
    OnBuild: null,
    Labels: null,
    ...config,
  };
}
