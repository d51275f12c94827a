import { InvalidParameter } from '../errors.js';
import { nameText } from '../raw-name.js';

/**
 * One 512-byte header block (POSIX ustar, also GNU and v7), numbers decoded:
 *
 * ```c
 * struct posix_header { char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag,
 *   linkname[100], magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8], prefix[155]; };
 * ```
 */
export interface RawHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  /** One character; `0` for v7's NUL. */
  readonly typeflag: string;
  readonly linkName: string;
  readonly major: number;
  readonly minor: number;
}

/** Decodes a header block; `undefined` for a block of zeros, which ends an archive. */
export function decodeHeader(block: Buffer): RawHeader | undefined {
  const sum = checksum(block);
  if (sum === 8 * 0x20) return undefined;
  if (sum !== numberAt(block, 148, 8))
    throw new InvalidParameter(
      'not a tar archive, or a damaged one: a header has a wrong checksum',
    );
  // GNU's magic is `ustar  `; its prefix field holds times.
  const posix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = posix ? textAt(block, 345, 155) : '';
  const name = textAt(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: numberAt(block, 108, 8),
    gid: numberAt(block, 116, 8),
    size: numberAt(block, 124, 12),
    mtime: numberAt(block, 136, 12),
    typeflag: block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0),
    linkName: textAt(block, 157, 100),
    major: numberAt(block, 329, 8),
    minor: numberAt(block, 337, 8),
  };
}

/** The sum of all bytes of the block, its own field counted as spaces. */
export function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < 148; i++) sum += block[i] ?? 0;
  for (let i = 156; i < 512; i++) sum += block[i] ?? 0;
  return sum;
}

function textAt(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return nameText(
    block.subarray(start, end === -1 ? start + length : Math.min(end, start + length)),
  );
}

/** Octal text between spaces and NULs, or GNU's base 256 when the first bit is set. */
export function numberAt(block: Buffer, start: number, length: number): number {
  if (((block[start] ?? 0) & 0x80) !== 0) return base256(block.subarray(start, start + length));
  const text = textAt(block, start, length).trim();
  if (text === '') return 0;
  if (!/^[0-7]+$/.test(text))
    throw new InvalidParameter(`not a tar archive: ${JSON.stringify(text)} is not an octal number`);
  return Number.parseInt(text, 8);
}

function base256(field: Buffer): number {
  let value = BigInt(field[0] === undefined ? 0 : field[0] & 0x7f);
  for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
  const number = Number(BigInt.asIntN(field.length * 8 - 1, value));
  if (!Number.isSafeInteger(number))
    throw new InvalidParameter('a number in a tar header is too large');
  return number;
}
