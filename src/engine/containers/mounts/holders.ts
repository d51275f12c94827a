import type { ContainersContext } from '../context.js';
import type { VolumeHolder } from './volumes.js';

/**
 * Which containers have which volumes, for the start of the daemon: by the records, so that containers which this
 * daemon has put aside keep theirs.
 */
export function volumeHolders(
  { records }: ContainersContext,
  running: ReadonlySet<string>,
): VolumeHolder[] {
  return records.values().map(({ id, mounts }) => ({
    container: id,
    volumes: mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : [])),
    isRunning: running.has(id),
  }));
}
