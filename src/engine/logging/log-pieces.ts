import { closeSync, copyFileSync, openSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

const NEWLINE = 0x0a;
const BLOCK = 256 * 1024;

/** Where to cut a file so that no piece is much longer than `maxBytes` and each ends with a whole line. */
export function pieceStarts(path: string, maxBytes: number): number[] {
  const { size } = statSync(path);
  const fd = openSync(path, 'r');
  try {
    const starts = [0];
    for (let at = maxBytes; at < size; at += maxBytes) {
      at = afterNewline(fd, at, size);
      if (at < size) starts.push(at);
    }
    return starts;
  } finally {
    closeSync(fd);
  }
}

/** Copies what is between two places of a file. */
export async function copyPiece(
  from: string,
  to: string,
  { start, end }: { start: number; end: number },
): Promise<void> {
  if (start === 0 && end === statSync(from).size) {
    copyFileSync(from, to);
    return;
  }
  await using source = await open(from, 'r');
  await using target = await open(to, 'w', 0o640);
  const block = Buffer.allocUnsafe(BLOCK);
  for (let at = start; at < end; ) {
    const { bytesRead } = await source.read(block, 0, Math.min(BLOCK, end - at), at);
    if (bytesRead === 0) return;
    await target.write(block, 0, bytesRead);
    at += bytesRead;
  }
}

/** The place after the first newline at or behind `at - 1`; the file's end if there is none. */
function afterNewline(fd: number, at: number, size: number): number {
  const block = Buffer.allocUnsafe(64 * 1024);
  for (let from = at - 1; from < size; ) {
    const length = readSync(fd, block, 0, block.length, from);
    const found = block.subarray(0, length).indexOf(NEWLINE);
    if (found >= 0) return from + found + 1;
    if (length === 0) return size;
    from += length;
  }
  return size;
}
