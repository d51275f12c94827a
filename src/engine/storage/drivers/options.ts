import { InvalidParameter } from '../../../base/errors.js';

/** `--storage-opt`, read. */
export interface DriverOptions {
  /** Path of the program for fuse-overlayfs; default: looked for. */
  readonly mountProgram?: string;
}

/** Docker's options that tsnet has not, by the beginning of their names, and why. */
const refused: readonly (readonly [prefix: string, why: string])[] = [
  ['overlay2.size', 'limits on the size of containers are not supported'],
  ['btrfs.min_space', 'limits on the size of containers are not supported'],
  ['size', 'limits on the size of containers are not supported'],
  ['dm.', 'the devicemapper driver is not supported: use overlay2'],
  ['zfs.', 'the zfs driver is not supported: use overlay2'],
  ['windowsfilter.', 'that driver is for Windows'],
];
const known = ['overlay2.override_kernel_check', 'fuse-overlayfs.mount_program'];

/** Reads `name=value` texts. @throws InvalidParameter naming what is wrong */
export function readDriverOptions(texts: readonly string[]): DriverOptions {
  return Object.assign({}, ...texts.map(readOption));
}

function readOption(text: string): DriverOptions {
  const equals = text.indexOf('=');
  if (equals < 0)
    throw new InvalidParameter(`invalid storage-opt ${JSON.stringify(text)}: expected name=value`);
  const name = text.slice(0, equals).toLowerCase();
  const value = text.slice(equals + 1);
  // It has meant nothing since Docker dropped kernels before 4.0.
  if (name === 'overlay2.override_kernel_check') return {};
  if (name === 'fuse-overlayfs.mount_program') return { mountProgram: absolute(name, value) };
  const why = refused.find(([prefix]) => name.startsWith(prefix))?.[1];
  throw new InvalidParameter(
    `unknown storage-opt ${JSON.stringify(name)}: ${why ?? `use one of ${known.join(', ')}`}`,
  );
}

function absolute(name: string, path: string): string {
  if (path.startsWith('/')) return path;
  throw new InvalidParameter(
    `storage-opt ${name} wants an absolute path, not ${JSON.stringify(path)}`,
  );
}
