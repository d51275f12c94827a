import type { SandboxFiles } from '../../cnm/model.js';
import type { BindMount } from '../isolation/contract.js';

/**
 * What is mounted into the container: the network's files first, but for those that the user brings. They can't be
 * written to where the root can't.
 */
export function bindMounts(
  own: readonly BindMount[],
  files: SandboxFiles,
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
      .map(([source, destination]) => ({
        source,
        destination,
        readOnly: rootIsReadOnly,
        propagation: 'rprivate',
      })),
    ...own,
  ];
}
