import { existsSync } from 'node:fs';
import type { SandboxFiles, SandboxRecord } from '../../cnm/model.js';
import type { BindMount } from '../isolation/contract.js';

/**
 * What is mounted into the container: the network's files first, but for those that the user brings. They can't be
 * written to where the root can't.
 */
export function bindMounts(
  own: readonly BindMount[],
  files: Partial<SandboxFiles>,
  rootIsReadOnly = false,
): BindMount[] {
  const taken = new Set(own.map(({ destination }) => destination));
  const ours = [
    [files.resolvConf, '/etc/resolv.conf'],
    [files.hostname, '/etc/hostname'],
    [files.hosts, '/etc/hosts'],
  ] as const;
  return [
    ...ours
      .filter(([, destination]) => !taken.has(destination))
      .flatMap(([source, destination]) =>
        source === undefined
          ? []
          : { source, destination, readOnly: rootIsReadOnly, propagation: 'rprivate' },
      ),
    ...own,
  ];
}

/** A shared network's files are its first owner's, who may have been removed from under those who still share it. */
export function presentFiles({
  kind,
  files,
}: Pick<SandboxRecord, 'kind' | 'files'>): Partial<SandboxFiles> {
  if (kind.type !== 'joined') return files;
  return Object.fromEntries(Object.entries(files).filter(([, path]) => existsSync(path)));
}
