import { InvalidParameter, NotImplemented } from '../errors.js';
import { nameText } from '../raw-name.js';
import { blockSize, type Extent, paddingOf, type TarEntry, type TarEntryType } from './entry.js';
import { decodeHeader, type RawHeader } from './header.js';
import { decodePax, type PaxRecords, xattrPrefix } from './pax.js';
import { ownerOf, paxNumber, paxTime } from './pax-values.js';
import { gnuMap } from './sparse/gnu.js';
import { damagedMap, type MapBlocks, type SparseFile } from './sparse/model.js';
import { paxMap } from './sparse/pax.js';
import { Spread } from './sparse/spread.js';

/** Who gets what a {@link TarReader} finds, in archive order. */
export interface TarSink {
  /** An entry begins. A `file`'s payload follows by `data`, then `end` for every entry. */
  entry(entry: TarEntry): void;
  /** A piece of the file; valid only during the call. */
  data(chunk: Buffer): void;
  /** So many zeros of a sparse file, which are not in the archive. Left out: they come by `data`. */
  hole?(bytes: number): void;
  /** The entry is complete. */
  end(): void;
  /** Every byte that isn't payload, for who must rebuild the archive bit by bit. Valid only during the call. */
  framing?(bytes: Buffer): void;
}

const types: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
};

/** Extended headers: PAX for one entry and for all, GNU long name and long link name. */
type Meta = 'x' | 'g' | 'L' | 'K';
const isMeta = (flag: string): flag is Meta => 'xgLK'.includes(flag);
/** Go's limit, so what Docker reads we read. */
const metaLimit = 1 << 20;

/**
 * What a global header may say of all entries; the archive's own remarks, and attributes, it may not. A stranger's
 * archive can have millions of them, which must not pile up.
 */
const globalKeys: ReadonlySet<string> = new Set([
  'path',
  'linkpath',
  'size',
  'uid',
  'gid',
  'mtime',
]);

/** An entry's header, and all that extended headers say of it. */
interface Head {
  readonly raw: RawHeader;
  readonly pax: PaxRecords;
}

/** What the next bytes are. */
type State = 'header' | 'meta' | 'map' | 'payload' | 'padding' | 'trailer';

/**
 * Reads a tar archive that arrives in pieces. Synchronous: everything found in a piece has been handed
 * to the sink when `write` returns. @throws InvalidParameter for what isn't tar.
 */
export class TarReader {
  readonly #sink: TarSink;
  #state: State = 'header';
  /** Bytes that the present state still wants. */
  #left = blockSize;
  #held: Buffer[] = [];
  #meta: Meta = 'x';
  #padding = 0;
  #global: PaxRecords = new Map();
  #local: PaxRecords = new Map();
  #longName: string | undefined;
  #longLink: string | undefined;
  /** An entry whose map is being read. */
  #mapped: { readonly head: Head; readonly blocks: MapBlocks; left: number } | undefined;
  /** The present entry, if it is a sparse file. */
  #spread: Spread | undefined;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#state === 'trailer') {
        this.#sink.framing?.(chunk.subarray(at));
        return;
      }
      const piece = chunk.subarray(at, at + this.#left);
      at += piece.length;
      this.#left -= piece.length;
      this.#take(piece);
      if (this.#left === 0) this.#next();
    }
  }

  /** No more comes. An archive may end without its zero blocks, but not within an entry. */
  end(): void {
    const whole =
      this.#state === 'trailer' || (this.#state === 'header' && this.#held.length === 0);
    if (!whole) throw new InvalidParameter('unexpected end of the tar archive');
  }

  #take(piece: Buffer): void {
    if (this.#state === 'payload') {
      if (this.#spread) this.#spread.data(piece);
      else this.#sink.data(piece);
      return;
    }
    this.#sink.framing?.(piece);
    // A copy, for the caller may use the memory again; unless the block is handled before we return.
    if (this.#state !== 'padding') this.#held.push(this.#left === 0 ? piece : Buffer.from(piece));
  }

  #next(): void {
    const held = this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held);
    this.#held = [];
    const finish: Record<State, () => void> = {
      header: () => this.#header(held ?? Buffer.alloc(0)),
      meta: () => this.#extended(held ?? Buffer.alloc(0)),
      map: () => this.#map(held ?? Buffer.alloc(0)),
      payload: () => this.#entryEnds(),
      padding: () => this.#expect('header', blockSize),
      trailer: () => {},
    };
    finish[this.#state]();
  }

  #expect(state: State, bytes: number): void {
    this.#state = state;
    this.#left = bytes;
  }

  #header(block: Buffer): void {
    const raw = decodeHeader(block);
    if (raw === undefined) this.#expect('trailer', 0);
    else if (isMeta(raw.typeflag)) this.#metaBegins(raw.typeflag, raw.size);
    else this.#entryBegins(raw, block);
  }

  #entryBegins(raw: RawHeader, block: Buffer): void {
    const pax: PaxRecords = new Map([...this.#global, ...this.#local]);
    const map = raw.typeflag === 'S' ? gnuMap(block) : paxMap(pax);
    const head = { raw, pax };
    if (map !== undefined && 'take' in map) {
      this.#mapped = { head, blocks: map, left: payloadOf(head) };
      this.#expect('map', blockSize);
    } else this.#begin(head, payloadOf(head), map);
  }

  #map(block: Buffer): void {
    const mapped = this.#mapped;
    if (mapped === undefined) return;
    if (mapped.blocks.areOfPayload) mapped.left -= block.length;
    const file = mapped.blocks.take(block);
    this.#expect('map', blockSize);
    if (file) this.#begin(mapped.head, mapped.left, file);
  }

  /** `payload`: bytes that follow of it. */
  #begin(head: Head, payload: number, sparse: SparseFile | undefined): void {
    const entry = this.#entryOf(head, payload, sparse);
    this.#mapped = undefined;
    this.#local = new Map();
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#spread = sparse && new Spread(sparse, this.#sink);
    if (sparse && (entry.type !== 'file' || sizeOf(sparse.extents) !== payload)) throw damagedMap();
    const left = entry.type === 'file' ? payload : 0;
    this.#padding = paddingOf(left);
    this.#sink.entry(entry);
    if (left === 0) this.#entryEnds();
    else this.#expect('payload', left);
  }

  #entryEnds(): void {
    this.#spread?.end();
    this.#spread = undefined;
    this.#sink.end();
    this.#pad();
  }

  #pad(): void {
    if (this.#padding === 0) this.#expect('header', blockSize);
    else this.#expect('padding', this.#padding);
  }

  #metaBegins(meta: Meta, size: number): void {
    if (size > metaLimit) throw new InvalidParameter('an extended tar header is too large');
    this.#meta = meta;
    this.#padding = paddingOf(size);
    if (size === 0) this.#extended(Buffer.alloc(0));
    else this.#expect('meta', size);
  }

  #extended(content: Buffer): void {
    const keep: Record<Meta, () => void> = {
      x: () => {
        this.#local = copied(decodePax(content));
      },
      g: () => {
        const records = [...copied(decodePax(content))].filter(([key]) => globalKeys.has(key));
        this.#global = new Map([...this.#global, ...records]);
      },
      L: () => {
        this.#longName = cString(content);
      },
      K: () => {
        this.#longLink = cString(content);
      },
    };
    keep[this.#meta]();
    this.#pad();
  }

  #entryOf({ raw, pax }: Head, payload: number, sparse: SparseFile | undefined): TarEntry {
    const ofSparse = sparse && textOf(pax, 'GNU.sparse.name');
    const name = ofSparse ?? textOf(pax, 'path') ?? this.#longName ?? raw.name;
    const type = typeOf(raw.typeflag, name);
    const mtimeNs = paxTime(pax) ?? BigInt(raw.mtime) * 1_000_000_000n;
    return {
      name,
      type,
      linkName: textOf(pax, 'linkpath') ?? this.#longLink ?? raw.linkName,
      mode: raw.mode,
      uid: ownerOf(pax, 'uid', raw.uid),
      gid: ownerOf(pax, 'gid', raw.gid),
      // Other types have no payload, whatever the field says (as in Go's archive/tar).
      size: type === 'file' ? (sparse?.size ?? payload) : 0,
      mtime: Number(mtimeNs) / 1e9,
      mtimeNs,
      major: raw.major,
      minor: raw.minor,
      xattrs: xattrsOf(pax),
      ...(sparse && { extents: sparse.extents }),
    };
  }
}

/** Bytes that follow the header. @throws InvalidParameter if there can't be so many */
function payloadOf({ raw, pax }: Head): number {
  const size = paxNumber(pax, 'size') ?? raw.size;
  if (size >= 0 && Number.isSafeInteger(size)) return size;
  throw new InvalidParameter(`tar entry ${JSON.stringify(raw.name)} has an impossible size`);
}

function sizeOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { size }) => sum + size, 0);
}

function typeOf(flag: string, name: string): TarEntryType {
  const type = types[flag];
  if (type === undefined) {
    throw new NotImplemented(
      `tar entry ${JSON.stringify(name)} is of type ${JSON.stringify(flag)}, which is not supported`,
    );
  }
  // Before ustar a folder was a file whose name ends in a slash.
  return type === 'file' && name.endsWith('/') ? 'directory' : type;
}

function textOf(pax: PaxRecords, key: string): string | undefined {
  const value = pax.get(key);
  return value && nameText(value);
}

function xattrsOf(pax: PaxRecords): ReadonlyMap<string, Buffer> {
  const xattrs = new Map<string, Buffer>();
  for (const [key, value] of pax)
    if (key.startsWith(xattrPrefix)) xattrs.set(key.slice(xattrPrefix.length), value);
  return xattrs;
}

/** Records that don't share memory with the piece they were read from. */
function copied(records: PaxRecords): PaxRecords {
  return new Map([...records].map(([key, value]) => [key, Buffer.from(value)]));
}

function cString(content: Buffer): string {
  const end = content.indexOf(0);
  return nameText(content.subarray(0, end === -1 ? content.length : end));
}
