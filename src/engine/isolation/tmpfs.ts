import { isAbsolute, normalize } from 'node:path/posix';
import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import type { OciMount } from './oci.js';

/** Options that exclude each other: the later one wins. */
const opposites: readonly (readonly [string, string])[] = [
  ['exec', 'noexec'],
  ['suid', 'nosuid'],
  ['dev', 'nodev'],
  ['rw', 'ro'],
  ['atime', 'noatime'],
  ['diratime', 'nodiratime'],
  ['relatime', 'norelatime'],
  ['strictatime', 'nostrictatime'],
  ['sync', 'async'],
];
const keys = ['size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol', 'huge'];
const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];
const defaults = ['noexec', 'nosuid', 'nodev', 'rprivate'];

/** @throws InvalidParameter in Docker's words for a path that nothing can be mounted at */
export function checkTmpfsPath(path: string): void {
  const reason = refusalOf(path);
  if (reason !== undefined) throw new InvalidParameter(`invalid mount path: '${path}' ${reason}`);
}

function refusalOf(path: string): string | undefined {
  if (!isAbsolute(path)) return 'mount path must be absolute';
  return normalize(path) === '/' ? "destination can't be '/'" : undefined;
}

/** The tmpfs mounts of `--tmpfs` and of `--mount type=tmpfs`. @throws InvalidParameter */
export function tmpfsMounts(host: HostConfig): OciMount[] {
  const byFlag = Object.entries(host.Tmpfs ?? {}).map(([destination, options]) =>
    tmpfs(destination, options.split(',')),
  );
  const byMount = (host.Mounts ?? [])
    .filter(({ Type }) => Type === 'tmpfs')
    .map(({ Target, ReadOnly, TmpfsOptions }) =>
      tmpfs(Target, [
        ...(ReadOnly ? ['ro'] : []),
        ...(TmpfsOptions?.SizeBytes ? [`size=${TmpfsOptions.SizeBytes}`] : []),
        ...(TmpfsOptions?.Mode ? [`mode=${TmpfsOptions.Mode.toString(8)}`] : []),
      ]),
    );
  return [...byFlag, ...byMount];
}

function tmpfs(destination: string, options: readonly string[]): OciMount {
  const asked = options.filter((option) => option !== '');
  for (const option of asked) {
    if (!isKnown(option)) throw new InvalidParameter(`invalid tmpfs option ["${option}"]`);
  }
  return { destination, type: 'tmpfs', source: 'tmpfs', options: merged([...defaults, ...asked]) };
}

function isKnown(option: string): boolean {
  const [key = '', value] = option.split('=', 2);
  if (value !== undefined) return keys.includes(key);
  return propagations.includes(key) || opposites.some((pair) => pair.includes(key));
}

/** The last word on each subject, in order. */
function merged(options: readonly string[]): string[] {
  const bySubject = new Map<string, string>();
  for (const option of options) {
    const subject = subjectOf(option);
    bySubject.delete(subject);
    bySubject.set(subject, option);
  }
  return [...bySubject.values()];
}

function subjectOf(option: string): string {
  const key = option.split('=', 1)[0] ?? '';
  if (propagations.includes(key)) return 'propagation';
  return opposites.find((pair) => pair.includes(key))?.[0] ?? key;
}
