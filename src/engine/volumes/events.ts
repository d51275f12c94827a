import type { VolumeRecord } from './model.js';

/** Something that happened to a volume. Docker API: events of type `volume`. */
export interface VolumeEvent {
  readonly action: 'create' | 'mount' | 'unmount' | 'destroy' | 'prune';
  /** Name of the volume; '' where all are meant. */
  readonly volume: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** One of these about a volume, with its driver. */
export function volumeEvent(
  action: VolumeEvent['action'],
  { name, driver }: Pick<VolumeRecord, 'name' | 'driver'>,
  attributes: Readonly<Record<string, string>> = {},
): VolumeEvent {
  return { action, volume: name, attributes: { driver, ...attributes } };
}
