import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FakeClock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import { encodeArchive } from '../../base/tar/writer.js';
import { type ChainId, chainIdOn, hexOf } from '../storage/digest.js';
import { type Extractor, extractHere } from '../storage/extract/extract.js';
import type { NewLayer } from '../storage/layer-store.js';
import type { LayerRecord } from '../storage/records.js';
import { ImageService, openImageStore } from './service.js';
import type { ImageEvent, ImageStorage, ImageUser } from './world.js';

/** Extracts on this thread and as any user: no owners, no devices. */
export const plainExtractor: Extractor = {
  extract: (source, request) =>
    extractHere(
      source,
      { ...request, kind: 'files' },
      { makeNode() {}, setXattr: () => true, setTimes() {} },
    ),
};

/** Layers in memory, real digests. A layer's files are unpacked to a folder that is thrown away. */
export class FakeImageStorage implements ImageStorage {
  readonly #layers = new Map<ChainId, { record: LayerRecord; tar: Buffer }>();
  readonly #folder: string;
  /** Chains that containers lie on. */
  readonly usedByContainers = new Set<ChainId>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  readonly layers: ImageStorage['layers'] = {
    add: (layer) => this.#add(layer),
    all: () => [...this.#layers.values()].map(({ record }) => record),
    get: (chain) => this.#layers.get(chain)?.record,
    hold: () => ({ keep() {}, [Symbol.dispose]() {} }),
    sizeOf: (chain) => this.#sizeOf(chain),
    tar: (chain) => Readable.from(this.#layers.get(chain)?.tar ?? [], { objectMode: false }),
  };

  async collect(imageChains: () => Iterable<ChainId>): Promise<LayerRecord[]> {
    const removed: LayerRecord[] = [];
    const used = new Set([...imageChains(), ...this.usedByContainers]);
    for (const [chain, { record }] of [...this.#layers].reverse())
      if (!used.has(chain)) {
        this.#layers.delete(chain);
        removed.push(record);
      }
    return removed;
  }

  describe(chain: ChainId | undefined) {
    return { Name: 'fake', Data: chain === undefined ? {} : { UpperDir: chain } };
  }

  async #add({ source, parent, expect }: NewLayer): Promise<LayerRecord> {
    const target = mkdtempSync(join(this.#folder, 'layer-'));
    const pieces: Uint8Array[] = [];
    const tapped = tap('file' in source ? createReadStream(source.file) : source, pieces);
    const { diffId, size, tarSize } = await plainExtractor.extract(tapped, {
      target,
      kind: 'layer',
    });
    rmSync(target, { recursive: true });
    if (expect?.diffId !== undefined && expect.diffId !== diffId) throw new Error('invalid diffId');
    const chainId = chainIdOn(parent, diffId);
    const below = parent === undefined ? {} : { parent };
    const record = { chainId, diffId, ...below, id: hexOf(chainId), size, tarSize };
    this.#layers.set(chainId, { record, tar: Buffer.concat(pieces) });
    return record;
  }

  #sizeOf(chain: ChainId | undefined): number {
    const record = chain && this.#layers.get(chain)?.record;
    return record ? record.size + this.#sizeOf(record.parent) : 0;
  }
}

async function* tap(
  source: AsyncIterable<Uint8Array>,
  into: Uint8Array[],
): AsyncIterable<Uint8Array> {
  for await (const chunk of source) {
    into.push(chunk);
    yield chunk;
  }
}

/** An image service on a temporary folder, with what tests look at and change. Remove `folder` at the end. */
export function fakeWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'tsnet-images-'));
  const events: ImageEvent[] = [];
  const users = new Map<string, ImageUser[]>();
  const storage = new FakeImageStorage(folder);
  const store = openImageStore({ dataRoot: folder, driver: 'fake', logger: silentLogger });
  const clock = new FakeClock();
  const service = new ImageService({
    store,
    storage,
    clock,
    users: { usersOf: (id) => users.get(id) ?? [] },
    extractor: plainExtractor,
    emit: (event) => events.push(event),
    logger: silentLogger,
    scratch: join(folder, 'scratch'),
    aside: join(folder, 'aside'),
    platform: { os: 'linux', architecture: 'amd64' },
  });
  return {
    folder,
    events,
    users,
    storage,
    store,
    clock,
    service,
    /** Imports an image, a second after the one before. */
    make(repo: string, files: Record<string, string> = { a: repo }, changes: string[] = []) {
      clock.advance(1000);
      return service.import(rootfsTar(files), { repo, changes });
    },
  };
}

/** A stream of the tar of a root file system that holds the given files. */
export function rootfsTar(files: Readonly<Record<string, string>>): Readable {
  const entries = Object.entries(files).map(([name, content]) => ({
    name,
    type: 'file' as const,
    content,
  }));
  return Readable.from([encodeArchive(entries)]);
}

/** What a promise fails with, which it must. */
export async function failure(
  promise: Promise<unknown>,
): Promise<Error & { readonly kind?: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it should have failed');
  return error;
}
