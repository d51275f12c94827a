const newline = Buffer.from('\r\n');

/** Decodes a body in chunks (RFC 9112, 7.1), however the bytes are cut. Trailers are dropped. */
export class ChunkedDecoder {
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes that the current chunk still lacks; its line end counts. Undefined between chunks. */
  #missing: number | undefined;
  #done = false;

  /** The last chunk has come. */
  get done(): boolean {
    return this.#done;
  }

  /** Takes bytes off the wire; gives the data that they complete. @throws Error if they aren't chunks */
  push(bytes: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const data: Buffer[] = [];
    while (!this.#done && this.#rest.length > 0) {
      const part = this.#missing === undefined ? this.#size() : this.#data(this.#missing);
      if (part === undefined) break;
      if (part.length > 0) data.push(part);
    }
    return data;
  }

  /** Reads a size line; undefined until it is complete. */
  #size(): Buffer | undefined {
    const end = this.#rest.indexOf(newline);
    if (end < 0) return undefined;
    const text = this.#rest.toString('latin1', 0, end);
    const size = /^([0-9a-f]+)\s*(;.*)?$/i.exec(text)?.[1];
    if (size === undefined) throw new Error(`malformed chunk size "${text}" in the answer`);
    this.#rest = this.#rest.subarray(end + 2);
    this.#missing = Number.parseInt(size, 16) + 2;
    if (this.#missing === 2) this.#done = true;
    return Buffer.alloc(0);
  }

  /** Takes what there is of a chunk, without its line end. */
  #data(missing: number): Buffer {
    const taken = Math.min(missing, this.#rest.length);
    const part = this.#rest.subarray(0, Math.min(taken, Math.max(0, missing - 2)));
    this.#rest = this.#rest.subarray(taken);
    this.#missing = missing === taken ? undefined : missing - taken;
    return part;
  }
}

/** One chunk as it goes over the wire. An empty one ends the body. */
export function encodeChunk(data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, newline]);
}
