import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { System, TsnetError } from '../../../base/errors.js';
import type { IdMaps } from '../../../base/id-mapping.js';
import { TarReader } from '../../../base/tar/reader.js';
import type { DiffId, Digest } from '../digest.js';
import { type Bytes, decompressed, mayBePacked } from './decompress.js';
import { SkeletonWriter } from './skeleton.js';
import { type NodeMaker, Unpacker, type UnpackKind } from './unpacker.js';
import type { WhiteoutKind } from './whiteouts.js';

/** A tar archive, possibly compressed: a file of ours, or bytes as they come. */
export type TarSource = { readonly file: string } | AsyncIterable<Uint8Array>;

/** Where an archive goes. */
export interface ExtractRequest {
  /**
   * An empty folder, or with applied whiteouts a copy of the layers below. After a failure it holds an unknown part
   * and should be removed.
   */
  readonly target: string;
  readonly kind: UnpackKind;
  /** What becomes of a layer's whiteouts. Default `marks`. */
  readonly whiteouts?: WhiteoutKind;
  /** Where to put the skeleton by which the same tar can be made again. Default: none. */
  readonly skeleton?: string;
  /** What the archive's users and groups are on the disk. Default: the same. */
  readonly maps?: IdMaps | undefined;
  /** Nobody asks for digests, which cost more than the rest: they are those of nothing. */
  readonly undigested?: true;
}

/** What was extracted. */
export interface Extracted {
  /** Of the archive as it came, maybe compressed. */
  readonly digest: Digest;
  /** Of the plain tar. */
  readonly diffId: DiffId;
  /** Bytes of the archive as it came. */
  readonly compressedSize: number;
  /** Bytes of the plain tar. */
  readonly tarSize: number;
  /** Bytes in files and symbolic links, hard-linked ones counted once. */
  readonly size: number;
  readonly entries: number;
}

/** Extracts archives somewhere where it holds nobody up. */
export interface Extractor {
  /** @throws InvalidParameter if it isn't an archive or a path in it leads out of the target. */
  extract(source: TarSource, request: ExtractRequest): Promise<Extracted>;
}

/** Extracts on the calling thread, which it blocks in pieces: for workers and small things. */
export async function extractHere(
  source: TarSource,
  request: ExtractRequest,
  nodes: NodeMaker,
): Promise<Extracted> {
  using skeleton =
    request.skeleton === undefined ? undefined : new SkeletonWriter(request.skeleton);
  const log = skeleton === undefined ? {} : { log: skeleton };
  const { target: root, kind, whiteouts = 'marks', maps } = request;
  const unpacker = new Unpacker({ root, kind, whiteouts, maps, nodes, ...log });
  const reader = new TarReader(sinkOf(unpacker, skeleton));
  const digests = request.undigested !== true;
  // What comes plain is digested once.
  const packed = new Meter((first) => digests && mayBePacked(first));
  const plain = new Meter(() => digests);
  try {
    for await (const chunk of decompressed(packed.through(bytesOf(source)))) {
      plain.count(chunk);
      reader.write(chunk);
    }
    reader.end();
    unpacker.finish();
  } catch (error) {
    throw inEntry(error, unpacker.current);
  } finally {
    unpacker.abandon();
  }
  skeleton?.finish();
  const { size, entries } = unpacker;
  const diffId = plain.digest();
  return {
    digest: packed.hashes ? packed.digest() : diffId,
    diffId,
    compressedSize: packed.size,
    tarSize: plain.size,
    size,
    entries,
  };
}

/** Node's own errors, of a full disk for instance, say neither what was attempted nor with what. */
function inEntry(error: unknown, name: string): unknown {
  const isOfSystem = error instanceof Error && 'syscall' in error && !(error instanceof TsnetError);
  if (!isOfSystem) return error;
  const reason = /^E[A-Z0-9]+: (.*?)(, [a-z]+.*)?$/.exec(error.message)?.[1] ?? error.message;
  return new System(`cannot unpack ${JSON.stringify(name)}: ${reason}`);
}

function sinkOf(unpacker: Unpacker, skeleton: SkeletonWriter | undefined) {
  return {
    entry: unpacker.entry.bind(unpacker),
    data: unpacker.data.bind(unpacker),
    hole: unpacker.hole.bind(unpacker),
    end: unpacker.end.bind(unpacker),
    framing: (bytes: Buffer) => skeleton?.framing(bytes),
  };
}

async function* bytesOf(source: TarSource): Bytes {
  const from =
    'file' in source ? createReadStream(source.file, { highWaterMark: 1 << 18 }) : source;
  for await (const chunk of from as AsyncIterable<Uint8Array>)
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Counts what passes, and digests it if its beginning tells to. */
class Meter {
  readonly #hash = createHash('sha256');
  readonly #tells: (first: Buffer) => boolean;
  #hashes: boolean | undefined;
  #size = 0;

  constructor(tells: (first: Buffer) => boolean) {
    this.#tells = tells;
  }

  /** Whether what has passed was digested. */
  get hashes(): boolean {
    return this.#hashes === true;
  }

  get size(): number {
    return this.#size;
  }

  count(chunk: Buffer): void {
    this.#hashes ??= this.#tells(chunk);
    if (this.#hashes) this.#hash.update(chunk);
    this.#size += chunk.length;
  }

  async *through(source: Bytes): Bytes {
    for await (const chunk of source) {
      this.count(chunk);
      yield chunk;
    }
  }

  /** Once, at the end. */
  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}
