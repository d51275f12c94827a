import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { System } from '../../../base/errors.js';
import { nameBytes, nameText, rawPath } from '../../../base/raw-name.js';
import type { PayloadLog } from './unpacker.js';

/*
 * The skeleton of a layer's tar: all its bytes but the payloads, and where those are. With the unpacked
 * layer it gives the very same tar again, so that a saved image keeps its digests; no tar program writes
 * headers quite like another.
 *
 * A gzip'ed list of records `u8 kind, u32be length, bytes`. Kind 0: bytes of the tar. Kind 1: u48be size of
 * a payload, then the path of the file that holds it. Kind 2: the same of a part of a sparse file, its offset (u64be)
 * between size and path.
 */
const kinds = { bytes: 0, payload: 1, part: 2 } as const;
const flushAt = 1 << 20;

/** Writes a skeleton while a layer is unpacked. */
export class SkeletonWriter implements PayloadLog, Disposable {
  readonly #fd: number;
  #run: Buffer[] = [];
  #pending: Buffer[] = [];
  #pendingSize = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'wx', 0o600);
  }

  /** Bytes of the tar that are not stored elsewhere. Copied. */
  framing(bytes: Buffer): void {
    this.#run.push(Buffer.from(bytes));
  }

  dropped(chunk: Buffer): void {
    this.framing(chunk);
  }

  stored(path: string, size: number, offset?: number): void {
    this.#endRun();
    const length = Buffer.alloc(6);
    length.writeUIntBE(size, 0, 6);
    if (offset === undefined) {
      this.#record(kinds.payload, Buffer.concat([length, nameBytes(path)]));
      return;
    }
    const place = Buffer.alloc(8);
    place.writeBigUInt64BE(BigInt(offset));
    this.#record(kinds.part, Buffer.concat([length, place, nameBytes(path)]));
  }

  finish(): void {
    this.#endRun();
    this.#flush();
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #endRun(): void {
    if (this.#run.length > 0) this.#record(kinds.bytes, Buffer.concat(this.#run));
    this.#run = [];
  }

  #record(kind: number, content: Buffer): void {
    const head = Buffer.alloc(5);
    head.writeUInt8(kind);
    head.writeUInt32BE(content.length, 1);
    this.#pending.push(head, content);
    this.#pendingSize += head.length + content.length;
    if (this.#pendingSize >= flushAt) this.#flush();
  }

  /** Each flush is a gzip member of its own, so that memory stays bounded. */
  #flush(): void {
    const packed = gzipSync(Buffer.concat(this.#pending), { level: 6 });
    for (let at = 0; at < packed.length; ) at += writeSync(this.#fd, packed, at);
    this.#pending = [];
    this.#pendingSize = 0;
  }
}

/** The tar that was unpacked to `root`, byte for byte. @throws System if a file is not as it was */
export async function* assembleTar(skeleton: string, root: string): AsyncIterable<Buffer> {
  for await (const { kind, content } of records(skeleton)) {
    if (kind === kinds.bytes) {
      yield content;
      continue;
    }
    const isPart = kind === kinds.part;
    const path = `${root}/${nameText(content.subarray(isPart ? 14 : 6))}`;
    const offset = isPart ? Number(content.readBigUInt64BE(6)) : undefined;
    yield* payload(path, content.readUIntBE(0, 6), offset);
  }
}

/** The whole file, which must have this size, or the part of it at an offset. */
async function* payload(path: string, size: number, offset?: number): AsyncIterable<Buffer> {
  const file = await open(rawPath(path), 'r');
  try {
    let left = size;
    const range = offset === undefined ? {} : { start: offset, end: offset + size - 1 };
    const options = { ...range, autoClose: false, highWaterMark: 1 << 18 };
    for await (const chunk of file.createReadStream(options)) {
      left -= (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    if (left !== 0)
      throw new System(`the layer file ${path} has changed: its size is off by ${-left}`);
  } finally {
    await file.close();
  }
}

async function* records(skeleton: string): AsyncIterable<{ kind: number; content: Buffer }> {
  let held = Buffer.alloc(0);
  for await (const chunk of createReadStream(skeleton).pipe(createGunzip())) {
    held = Buffer.concat([held, chunk as Buffer]);
    while (held.length >= 5 && held.length >= 5 + held.readUInt32BE(1)) {
      const end = 5 + held.readUInt32BE(1);
      yield { kind: held.readUInt8(), content: held.subarray(5, end) };
      held = held.subarray(end);
    }
  }
  if (held.length > 0) throw new System(`the layer skeleton ${skeleton} is damaged`);
}
