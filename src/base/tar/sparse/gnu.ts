import type { Extent } from '../entry.js';
import { numberAt } from '../header.js';
import { damagedMap, type MapBlocks, mapLimit, type SparseFile, sparseFile } from './model.js';

/*
 * The map of GNU's own format, in the header and in blocks behind it:
 *
 * ```c
 * struct sparse { char offset[12], numbytes[12]; };
 * struct oldgnu_header { char unused[345], atime[12], ctime[12], offset[12], longnames[4], unused_pad;
 *   struct sparse sp[4]; char isextended, realsize[12]; };
 * struct sparse_header { struct sparse sp[21]; char isextended; };
 * ```
 */
const number = 12;
const inHeader = { at: 386, count: 4, isExtended: 482, realSize: 483 };
const inBlock = { at: 0, count: 21, isExtended: 504 };

/** The map of an entry of type `S`, or how to read what of it is behind the header. @throws InvalidParameter */
export function gnuMap(header: Buffer): SparseFile | MapBlocks {
  const size = numberAt(header, inHeader.realSize, number);
  const extents = extentsOf(header, inHeader);
  if (header[inHeader.isExtended] === 0) return sparseFile(size, extents);
  let taken = 0;
  return {
    areOfPayload: false,
    take(block) {
      taken += block.length;
      if (taken > mapLimit) throw damagedMap();
      extents.push(...extentsOf(block, inBlock));
      return block[inBlock.isExtended] === 0 ? sparseFile(size, extents) : undefined;
    },
  };
}

/** The first empty one ends them. */
function extentsOf(block: Buffer, { at, count }: { at: number; count: number }): Extent[] {
  const all = Array.from({ length: count }, (_, i) => at + 2 * number * i);
  const end = all.findIndex((start) => block[start] === 0);
  return all.slice(0, end === -1 ? count : end).map((start) => ({
    offset: numberAt(block, start, number),
    size: numberAt(block, start + number, number),
  }));
}
