import { isAbsolute, normalize } from 'node:path';
import type { HostConfig, MountPoint } from '../../api/types/container.js';
import { InvalidParameter, NotImplemented } from '../../base/errors.js';
import type { SandboxFiles } from '../../cnm/model.js';
import type { BindMount } from '../isolation/contract.js';

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];
const modes = ['ro', 'rw', 'z', 'Z', ...propagations];

/** Reads `-v /host:/container[:options]` and `--mount type=bind`. @throws InvalidParameter in Docker's words */
export function mountPoints(host: HostConfig): MountPoint[] {
  return [
    ...host.Binds.map(parseBind),
    ...host.Mounts.filter((m) => m.Type !== 'tmpfs').map(fromMount),
  ];
}

function parseBind(spec: string): MountPoint {
  const [source = '', destination = '', mode = '', ...rest] = spec.split(':');
  const options = mode === '' ? [] : mode.split(',');
  if (source === '' || destination === '' || rest.length > 0) {
    throw new InvalidParameter(`invalid volume specification: '${spec}'`);
  }
  const unknown = options.find((option) => !modes.includes(option));
  if (unknown !== undefined) throw new InvalidParameter(`invalid mode: ${mode}`);
  return bindPoint(source, destination, {
    mode,
    readOnly: options.includes('ro'),
    propagation: options.find((option) => propagations.includes(option)) ?? 'rprivate',
  });
}

function fromMount(
  mount: HostConfig['Mounts'] extends readonly (infer M)[] ? M : never,
): MountPoint {
  if (mount.Type !== 'bind') refuseVolume(mount.Source || mount.Target);
  return bindPoint(mount.Source, mount.Target, {
    mode: '',
    readOnly: mount.ReadOnly,
    propagation: mount.BindOptions?.Propagation || 'rprivate',
  });
}

function bindPoint(
  source: string,
  destination: string,
  how: { mode: string; readOnly: boolean; propagation: string },
): MountPoint {
  if (!isAbsolute(source)) refuseVolume(source);
  if (!isAbsolute(destination) || normalize(destination) === '/') {
    throw new InvalidParameter(
      `invalid volume specification: '${source}:${destination}': ` +
        (isAbsolute(destination)
          ? "destination can't be '/'"
          : `invalid mount path: '${destination}' mount path must be absolute`),
    );
  }
  return {
    Type: 'bind',
    Source: normalize(source),
    Destination: normalize(destination),
    Mode: how.mode,
    RW: !how.readOnly,
    Propagation: how.propagation,
  };
}

function refuseVolume(name: string): never {
  throw new NotImplemented(
    `volume "${name}": named volumes are not available yet, bind a folder of the host by its absolute path instead`,
  );
}

/**
 * What is mounted into the container: the network's files first, so that a user's own bind covers them. They can't be
 * written to where the root can't.
 */
export function bindMounts(
  points: readonly MountPoint[],
  files: SandboxFiles,
  rootIsReadOnly = false,
): BindMount[] {
  const own: [string, string][] = [
    [files.resolvConf, '/etc/resolv.conf'],
    [files.hostname, '/etc/hostname'],
    [files.hosts, '/etc/hosts'],
  ];
  const taken = new Set(points.map((point) => point.Destination));
  return [
    ...own
      .filter(([, destination]) => !taken.has(destination))
      .map(([source, destination]) => ({
        source,
        destination,
        readOnly: rootIsReadOnly,
        propagation: 'rprivate',
      })),
    ...points.map((point) => ({
      source: point.Source,
      destination: point.Destination,
      readOnly: !point.RW,
      propagation: point.Propagation,
    })),
  ];
}
