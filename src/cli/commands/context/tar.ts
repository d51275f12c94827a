/** The few tar entries of an exported context: ustar (POSIX.1-1988), names of at most 100 bytes. */

const block = 512;

/** A file or folder of an exported context. */
export interface TarEntry {
  readonly path: string;
  readonly mode: number;
  readonly isFolder: boolean;
  readonly data: Buffer;
}

/** Writes an archive; owner is root, time the epoch, as Docker has it. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const padding = Buffer.alloc((block - (entry.data.length % block)) % block);
    return [header(entry), entry.data, padding];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

/** Octal digits and a NUL. */
function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}

function header({ path, mode, isFolder, data }: TarEntry): Buffer {
  const bytes = Buffer.alloc(block);
  const write = (text: string, at: number) => bytes.write(text, at, 'latin1');
  write(path, 0);
  write(octal(mode, 8), 100);
  write(octal(0, 8), 108);
  write(octal(0, 8), 116);
  write(octal(data.length, 12), 124);
  write(octal(0, 12), 136);
  // The sum is reckoned with spaces in its own place.
  write(' '.repeat(8), 148);
  write(isFolder ? '5' : '0', 156);
  write('ustar\x0000', 257);
  write(octal(0, 8), 329);
  write(octal(0, 8), 337);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

/** Regular files by path. Everything else is passed over. @throws Error if the bytes are no tar archive */
export function readTar(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + block <= bytes.length; ) {
    const head = bytes.subarray(at, at + block);
    if (head.every((byte) => byte === 0)) break;
    const size = Number.parseInt(text(head, 124, 12), 8);
    if (text(head, 257, 5) !== 'ustar' || !Number.isInteger(size)) {
      throw new Error('the file is no tar archive');
    }
    const data = bytes.subarray(at + block, at + block + size);
    if (data.length < size) throw new Error('the archive ends too early');
    if (['0', ''].includes(text(head, 156, 1))) files.set(text(head, 0, 100), Buffer.from(data));
    at += block + Math.ceil(size / block) * block;
  }
  return files;
}

/** Up to the first NUL. */
function text(head: Buffer, at: number, length: number): string {
  const field = head.toString('latin1', at, at + length);
  return (field.split('\0')[0] ?? '').trim();
}
