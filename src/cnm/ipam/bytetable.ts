const chunkBits = 8n;

interface Chunk {
  readonly bytes: Uint8Array;
  used: number;
}

/**
 * A small number for each of very many addresses, 0 where nothing was set. Memory goes by the blocks
 * of 256 that are in use. A plain Map won't do: one with a power of two of entries, as a full /16 has,
 * copies itself at every second change.
 */
export class ByteTable {
  readonly #chunks = new Map<bigint, Chunk>();
  #size = 0;

  /** How many addresses have a number other than 0. */
  get size(): number {
    return this.#size;
  }

  /** The number of an address. */
  get(value: bigint): number {
    return this.#chunks.get(value >> chunkBits)?.bytes[indexOf(value)] ?? 0;
  }

  /** Sets the number of an address, 0 to 255. */
  set(value: bigint, byte: number): void {
    const key = value >> chunkBits;
    const chunk = this.#chunks.get(key) ?? { bytes: new Uint8Array(256), used: 0 };
    const index = indexOf(value);
    const change = Number(byte !== 0) - Number(chunk.bytes[index] !== 0);
    chunk.bytes[index] = byte;
    chunk.used += change;
    this.#size += change;
    if (chunk.used === 0) this.#chunks.delete(key);
    else this.#chunks.set(key, chunk);
  }
}

function indexOf(value: bigint): number {
  return Number(value & 0xffn);
}
