import { InvalidParameter } from '../../../base/errors.js';
import { isMode, parseMode } from './mode.js';
import type { ContainerMount, WantedMount } from './model.js';

/** A container whose mounts are wanted, and whether only for reading. */
export interface VolumesFrom {
  readonly container: string;
  readonly readOnly: boolean;
}

/** Reads `--volumes-from container[:mode]`. @throws InvalidParameter in Docker's words */
export function parseVolumesFrom(spec: string): VolumesFrom {
  if (spec === '') {
    throw new InvalidParameter('volumes-from specification cannot be an empty string');
  }
  const at = spec.indexOf(':');
  const container = at < 0 ? spec : spec.slice(0, at);
  const mode = at < 0 ? '' : spec.slice(at + 1);
  const { readOnly, propagation, noCopy } = isMode(mode) ? parseMode(mode) : refused;
  if (propagation !== undefined || noCopy) throw new InvalidParameter(`invalid mode: ${mode}`);
  return { container, readOnly };
}

/** Stands for a mode that can't be read. */
const refused = { readOnly: false, propagation: undefined, noCopy: true };

/** The mounts of another container as this one's. Nothing is copied into volumes that others use. */
export function inherited(mount: ContainerMount, readOnly: boolean): WantedMount {
  const { Name, Driver } = mount;
  if (mount.Type === 'image') {
    const { view, ...shared } = mount;
    return { ...shared, Source: '', image: Name ?? '' };
  }
  return {
    ...mount,
    Mode: '',
    RW: mount.RW && !readOnly,
    ...(Name !== undefined && {
      volume: { driver: Driver ?? '', options: null, labels: null },
    }),
  };
}
