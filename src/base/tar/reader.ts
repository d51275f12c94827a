import { InvalidParameter, NotImplemented } from '../errors.js';
import { nameText } from '../raw-name.js';
import { blockSize, paddingOf, type TarEntry, type TarEntryType } from './entry.js';
import { decodeHeader, type RawHeader } from './header.js';
import { decodePax, type PaxRecords, xattrPrefix } from './pax.js';
import { ownerOf, paxNumber, paxTime } from './pax-values.js';

/** Who gets what a {@link TarReader} finds, in archive order. */
export interface TarSink {
  /** An entry begins. A `file`'s payload follows by `data`, then `end` for every entry. */
  entry(entry: TarEntry): void;
  /** A piece of the payload; valid only during the call. */
  data(chunk: Buffer): void;
  /** The entry is complete. */
  end(): void;
  /** Every byte that isn't payload, for who must rebuild the archive bit by bit. Valid only during the call. */
  framing?(bytes: Buffer): void;
}

const types: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '7': 'file',
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

/** What the next bytes are. */
type State = 'header' | 'meta' | 'payload' | 'padding' | 'trailer';

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
      this.#sink.data(piece);
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
    else this.#entryBegins(raw);
  }

  #entryBegins(raw: RawHeader): void {
    const entry = this.#entryOf(raw);
    this.#local = new Map();
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#padding = paddingOf(entry.size);
    this.#sink.entry(entry);
    if (entry.size === 0) this.#entryEnds();
    else this.#expect('payload', entry.size);
  }

  #entryEnds(): void {
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

  #entryOf(raw: RawHeader): TarEntry {
    const pax: PaxRecords = new Map([...this.#global, ...this.#local]);
    const name = textOf(pax, 'path') ?? this.#longName ?? raw.name;
    const type = typeOf(raw.typeflag, name, pax);
    const size = paxNumber(pax, 'size') ?? raw.size;
    const mtimeNs = paxTime(pax) ?? BigInt(raw.mtime) * 1_000_000_000n;
    if (size < 0 || !Number.isSafeInteger(size))
      throw new InvalidParameter(`tar entry ${JSON.stringify(name)} has an impossible size`);
    return {
      name,
      type,
      linkName: textOf(pax, 'linkpath') ?? this.#longLink ?? raw.linkName,
      mode: raw.mode,
      uid: ownerOf(pax, 'uid', raw.uid),
      gid: ownerOf(pax, 'gid', raw.gid),
      // Other types have no payload, whatever the field says (as in Go's archive/tar).
      size: type === 'file' ? size : 0,
      mtime: Number(mtimeNs) / 1e9,
      mtimeNs,
      major: raw.major,
      minor: raw.minor,
      xattrs: xattrsOf(pax),
    };
  }
}

function typeOf(flag: string, name: string, pax: PaxRecords): TarEntryType {
  const sparse = flag === 'S' || [...pax.keys()].some((key) => key.startsWith('GNU.sparse.'));
  const type = types[flag];
  if (type === undefined || sparse) {
    const what = sparse ? 'a sparse file' : `of type ${JSON.stringify(flag)}`;
    throw new NotImplemented(
      `tar entry ${JSON.stringify(name)} is ${what}, which is not supported`,
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
