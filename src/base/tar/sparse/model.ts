import { InvalidParameter } from '../../errors.js';
import type { Extent } from '../entry.js';

/** A sparse file, unfolded. */
export interface SparseFile {
  /** Bytes, holes and all. */
  readonly size: number;
  /** In order, none of them empty. */
  readonly extents: readonly Extent[];
}

/** A map that is in blocks behind the header. */
export interface MapBlocks {
  /** Takes the next block; gives the map with the last one. @throws InvalidParameter */
  take(block: Buffer): SparseFile | undefined;
  /** Whether the blocks are the beginning of the payload, and counted in its size. */
  readonly areOfPayload: boolean;
}

/** Bytes that a map may have: Go's limit, so what Docker reads we read. */
export const mapLimit = 1 << 20;

/** @throws InvalidParameter for parts that overlap, are out of order, or beyond the end */
export function sparseFile(size: number, listed: readonly Extent[]): SparseFile {
  let at = 0;
  for (const extent of [{ offset: 0, size: 0 }, ...listed, { offset: size, size: 0 }]) {
    const end = extent.offset + extent.size;
    if (!Number.isSafeInteger(end) || extent.offset < at || extent.size < 0) throw damagedMap();
    at = end;
  }
  return { size, extents: listed.filter((extent) => extent.size > 0) };
}

/** Offsets and sizes in turns, as parts. @throws InvalidParameter if one has no other */
export function pairs(numbers: readonly number[]): Extent[] {
  if (numbers.length % 2 !== 0) throw damagedMap();
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    offset: numbers[2 * i] ?? 0,
    size: numbers[2 * i + 1] ?? 0,
  }));
}

/** A decimal number of a map. @throws InvalidParameter */
export function decimal(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw damagedMap();
  return value;
}

/** What is said of a map of a sparse file that can not be. */
export function damagedMap(): InvalidParameter {
  return new InvalidParameter('damaged tar archive: a bad map of a sparse file');
}
