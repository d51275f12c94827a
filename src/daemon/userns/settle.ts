import { remappedRoot } from '../../base/id-mapping.js';
import type { Logger } from '../../base/logger.js';
import type { Settings } from '../settings.js';
import { makeRemappedDataRoot, remappedDataRoot } from './data-root.js';
import { readIdMaps } from './id-maps.js';

/**
 * The settings with what `--userns-remap` stands for, and the part of the data root for it, which is made.
 * @throws InvalidParameter, System
 */
export function withIdMaps(settings: Settings, logger: Logger): Settings {
  const idMaps = readIdMaps(settings.usernsRemap, logger);
  const root = remappedRoot(idMaps);
  if (!idMaps || !root) return settings;
  const { dataRoot } = settings;
  makeRemappedDataRoot(dataRoot, root);
  return { ...settings, idMaps, dataRoot: remappedDataRoot(dataRoot, root) };
}
