import { normalize } from 'node:path/posix';
import type { HostConfig, MountRequest } from '../../../api/types/container.js';
import { InvalidParameter } from '../../../base/errors.js';
import { guardDataRoot } from './data-root.js';
import { parseMode } from './mode.js';
import type { ContainerMount, WantedMount } from './model.js';
import { checkDestination, type MountFacts, parseBind, parseMount } from './spec.js';
import { inherited, parseVolumesFrom } from './volumes-from.js';

/** What mounts are asked for by. */
export interface MountWishes {
  readonly host: HostConfig;
  /** Paths of the image's `VOLUME` and of `-v /path`. */
  readonly paths: readonly string[];
}

/** What the answer depends on besides. */
export interface WishFacts extends MountFacts {
  readonly dataRoot: string;
  /** The mounts of another container. @throws NotFound */
  mountsOf(container: string): readonly ContainerMount[];
}

/**
 * The mounts of a new container, one for each place: those of other containers first, then what `-v` and `--mount` say,
 * and volumes without a name for paths that are free.
 * @throws InvalidParameter in Docker's words
 */
export function wantedMounts({ host, paths }: MountWishes, facts: WishFacts): WantedMount[] {
  const tmpfs = tmpfsDestinations(host);
  const mounts = new Map<string, WantedMount>();
  for (const mount of fromOthers(host, facts)) mounts.set(mount.Destination, mount);
  const own = ownMounts(host, facts);
  refuseTwice(host, own);
  for (const mount of own) mounts.set(mount.Destination, mount);
  for (const path of paths) {
    const mount = volumeAt(path, host.VolumeDriver);
    const { Destination } = mount;
    if (!mounts.has(Destination) && !tmpfs.includes(Destination)) mounts.set(Destination, mount);
  }
  return [...mounts.values()];
}

function fromOthers(host: HostConfig, facts: WishFacts): WantedMount[] {
  return host.VolumesFrom.map(parseVolumesFrom).flatMap(({ container, readOnly }) =>
    facts.mountsOf(container).map((mount) => inherited(mount, readOnly)),
  );
}

function ownMounts({ Binds, Mounts, VolumeDriver }: HostConfig, facts: WishFacts): WantedMount[] {
  const { dataRoot } = facts;
  const binds = Binds.map((spec) => {
    const wanted = parseBind(spec, VolumeDriver);
    return guardDataRoot(wanted, { dataRoot, asked: parseMode(wanted.Mode).propagation ?? '' });
  });
  const mounts = Mounts.map((request) =>
    guardDataRoot(parseMount(request, facts), { dataRoot, asked: propagationOf(request) }),
  );
  return [...binds, ...mounts];
}

function propagationOf({ BindOptions }: MountRequest): string {
  return BindOptions?.Propagation ?? '';
}

function refuseTwice({ Binds, Tmpfs }: HostConfig, own: readonly WantedMount[]): void {
  const taken = new Set<string>();
  for (const [index, { Destination }] of own.entries()) {
    // As in Docker a tmpfs takes the place of a `--mount` silently.
    const isTmpfs = index < Binds.length && Object.hasOwn(Tmpfs, Destination);
    if (taken.has(Destination) || isTmpfs) {
      throw new InvalidParameter(`Duplicate mount point: ${Destination}`);
    }
    taken.add(Destination);
  }
}

function tmpfsDestinations({ Tmpfs }: HostConfig): string[] {
  const destinations = Object.keys(Tmpfs);
  for (const path of destinations) {
    checkDestination(path, (reason) => new InvalidParameter(reason));
  }
  return destinations.map((path) => normalize(path));
}

/** A volume without a name. */
function volumeAt(path: string, driver: string): WantedMount {
  checkDestination(path, (reason) => new InvalidParameter(reason));
  return {
    Type: 'volume',
    Source: '',
    Destination: normalize(path).replace(/(.)\/$/, '$1'),
    Mode: '',
    RW: true,
    Propagation: '',
    anonymous: true,
    volume: { driver, options: null, labels: null },
    copy: true,
    isPath: true,
  };
}
