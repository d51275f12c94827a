/** What a tar entry makes. */
export type TarEntryType =
  | 'file'
  | 'link'
  | 'symlink'
  | 'character'
  | 'block'
  | 'directory'
  | 'fifo';

/** A part of a sparse file that an archive has. Bytes. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** One entry of a tar archive, extended headers already applied. */
export interface TarEntry {
  /** As written in the archive, unchecked: may be absolute or contain `..`. Text as of `nameText`. */
  readonly name: string;
  readonly type: TarEntryType;
  /** Target of a link: for `link` a path in the archive, for `symlink` any text. Else empty. */
  readonly linkName: string;
  /** Permission bits with set-uid, set-gid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of the file; 0 unless `file`. */
  readonly size: number;
  /** Of a sparse file: the parts that the archive has, one after the other and in order; elsewhere are holes. */
  readonly extents?: readonly Extent[];
  /** Seconds since 1970; may have a fraction, may be negative. */
  readonly mtime: number;
  /** The same in nanoseconds, all digits kept. */
  readonly mtimeNs: bigint;
  /** Device number of `character` and `block`; else 0. */
  readonly major: number;
  readonly minor: number;
  /** Extended attributes (PAX `SCHILY.xattr.*`), values as bytes: capabilities are not text. */
  readonly xattrs: ReadonlyMap<string, Buffer>;
}

/** Headers and payloads are counted in blocks of this many bytes. */
export const blockSize = 512;

/** Bytes that fill a payload up to a whole block. */
export function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}
