import { NotImplemented } from '../../errors.js';
import { blockSize } from '../entry.js';
import { type PaxRecords, sparseMapKey } from '../pax.js';
import {
  damagedMap,
  decimal,
  type MapBlocks,
  mapLimit,
  pairs,
  type SparseFile,
  sparseFile,
} from './model.js';

const lineEnd = 0x0a;
/** Digits of the greatest number that a line may have, and more. */
const longestLine = 32;

const key = (name: string) => `GNU.sparse.${name}`;

/**
 * The map of an entry whose records speak of one (GNU tar's formats 0.0, 0.1 and 1.0), or how to read it; undefined for
 * other entries. @throws InvalidParameter for a damaged one, NotImplemented for a later format
 */
export function paxMap(records: PaxRecords): SparseFile | MapBlocks | undefined {
  const text = (name: string) => records.get(key(name))?.toString();
  const map = records.get(sparseMapKey)?.toString();
  const version = text('major') === undefined ? undefined : `${text('major')}.${text('minor')}`;
  if (version === undefined && map === undefined && text('size') === undefined) return undefined;
  const size = decimal(text('size') ?? text('realsize') ?? '');
  if (version === '1.0') return mapInPayload(size);
  if (version !== undefined && version !== '0.0' && version !== '0.1')
    throw new NotImplemented(`sparse files of format ${version} in tar archives are not supported`);
  if (map === undefined && text('numblocks') !== '0') throw damagedMap();
  const numbers = (map || undefined)?.split(',').map(decimal) ?? [];
  return sparseFile(size, pairs(numbers));
}

/** Format 1.0: lines at the beginning of the payload, up to a whole block. How many parts there are, then the parts. */
function mapInPayload(size: number): MapBlocks {
  const blocks: Buffer[] = [];
  let lines = 0;
  let wanted: number | undefined;
  return {
    areOfPayload: true,
    take(block) {
      blocks.push(Buffer.from(block));
      if (blocks.length * blockSize > mapLimit) throw damagedMap();
      wanted ??= 1 + 2 * firstNumber(block);
      lines += linesIn(block);
      if (lines < wanted) return undefined;
      const texts = Buffer.concat(blocks).toString('latin1').split('\n', wanted);
      return sparseFile(size, pairs(texts.slice(1).map(decimal)));
    },
  };
}

function firstNumber(block: Buffer): number {
  return decimal(block.toString('latin1', 0, longestLine).split('\n', 1)[0] ?? '');
}

function linesIn(block: Buffer): number {
  let count = 0;
  for (const byte of block) if (byte === lineEnd) count++;
  return count;
}
