/** A path as C takes it: text, or bytes where the name is not UTF-8. */
export type CPath = string | Uint8Array;

/** The same with the NUL at its end, which koffi adds to text only. */
export function cPath(path: CPath): CPath {
  return typeof path === 'string' ? path : Buffer.concat([path, Buffer.of(0)]);
}

/** For messages. */
export function shownPath(path: CPath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString('utf8');
}
