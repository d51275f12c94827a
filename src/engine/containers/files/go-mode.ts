/** What tells the kind of a file: `st_mode` (inode(7)). */
const kindMask = 0o170000;

/** Kinds of files in `st_mode`, and the bits that Go's `os.FileMode` has for them. */
const kinds: ReadonlyMap<number, number> = new Map([
  [0o040000, 2 ** 31],
  [0o120000, 2 ** 27],
  [0o060000, 2 ** 26],
  [0o020000, 2 ** 26 + 2 ** 21],
  [0o010000, 2 ** 25],
  [0o140000, 2 ** 24],
]);

/** Special permissions in `st_mode`, and their bits in Go's. */
const special: readonly (readonly [number, number])[] = [
  [0o4000, 2 ** 23],
  [0o2000, 2 ** 22],
  [0o1000, 2 ** 20],
];

/** A file's mode as Docker's API tells it: Go's `os.FileMode`, an unsigned number of 32 bits. */
export function goMode(mode: number): number {
  const bits = special.reduce((sum, [bit, go]) => sum + ((mode & bit) === 0 ? 0 : go), 0);
  return (kinds.get(mode & kindMask) ?? 0) + bits + (mode & 0o777);
}
