import { isUtf8 } from 'node:buffer';

/*
 * To Linux a file name is bytes, to JavaScript text. Names that are UTF-8 are plain text here. In one that
 * isn't, each byte that fits nowhere becomes a lone surrogate U+DC80 to U+DCFF, which no UTF-8 yields (the
 * scheme of Python's PEP 383), so that every name has a text of its own and comes back to its own bytes.
 */
const escapeBase = 0xdc00;
// In Unicode mode this matches surrogates that stand alone, and no half of a pair.
const escaped = /[\uDC80-\uDCFF]/u;

/** The text of a name or path. */
export function nameText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at);
    text +=
      length === 0
        ? String.fromCharCode(escapeBase + (bytes[at] ?? 0))
        : bytes.toString('utf8', at, at + length);
    at += length || 1;
  }
  return text;
}

/** The bytes of a text that {@link nameText} made, or of any other. */
export function nameBytes(text: string): Buffer {
  if (!escaped.test(text)) return Buffer.from(text);
  const pieces = Array.from(text, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return escaped.test(letter) ? Buffer.of(code - escapeBase) : Buffer.from(letter);
  });
  return Buffer.concat(pieces);
}

/** A path as system calls take it: the text itself, or its bytes if only they say it. */
export function rawPath(text: string): string | Buffer {
  return escaped.test(text) ? nameBytes(text) : text;
}

/** Bytes of the character that begins at `at`; 0 if none does. */
function sequenceAt(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4; length++)
    if (at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length))) return length;
  return 0;
}
