import { humanSize } from '../../base/human.js';
import { shortId } from '../../base/ids.js';
import { type Digest, hexOf } from '../storage/digest.js';

/** How far a layer is, as Docker streams it. */
export interface LayerProgress {
  readonly status: 'Loading layer';
  readonly progressDetail: { readonly current: number; readonly total: number };
  /** The same as a bar, for who shows it as it comes. */
  readonly progress: string;
  readonly id: string;
}

/** Letters of a full bar. */
const barLength = 50;

/** What is told of a layer of which `current` of `total` bytes are read. */
export function layerProgress(diffId: Digest, current: number, total: number): LayerProgress {
  const filled = total === 0 ? barLength : Math.floor((current / total) * barLength);
  const bar = `${'='.repeat(filled)}>${' '.repeat(barLength - filled)}`;
  const sizes = `${humanSize(current, 4).padStart(8)}/${humanSize(total, 4)}`;
  return {
    status: 'Loading layer',
    progressDetail: { current, total },
    progress: `[${bar.slice(0, barLength + 1)}] ${sizes}`,
    id: shortId(hexOf(diffId)),
  };
}
