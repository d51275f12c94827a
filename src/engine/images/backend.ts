import type { Readable } from 'node:stream';
import { NotFound, NotImplemented } from '../../base/errors.js';
import type { RunConfig } from './config.js';
import type { HistoryItem } from './history.js';
import type { ImageInspect } from './inspect.js';
import type { ImageSummary } from './list.js';
import type { LoadLine } from './load.js';
import type { PruneReport } from './prune.js';
import { familiarText, parseReference, withDefaultTag } from './reference.js';
import type { RemovedItem } from './remove.js';
import type { ImageService } from './service.js';

/** A line of progress as Docker streams it: one JSON object each. */
export interface ProgressLine {
  readonly status?: string;
  readonly stream?: string;
  /** The layer or tag that the line is about. */
  readonly id?: string;
}

/** Filters as the API decodes them. */
type Filters = ReadonlyMap<string, readonly string[]>;

/** The image that needs no registry: it is made of this machine's own busybox. */
const embeddedImage = 'tsnet/busybox:latest';

/** The service in the form that the API server's routes ask for. */
export class ImageBackend {
  readonly #service: ImageService;

  constructor({ service }: { readonly service: ImageService }) {
    this.#service = service;
  }

  async list({ all, filters }: { all: boolean; filters: Filters }): Promise<ImageSummary[]> {
    return this.#service.list({ all, filters: Object.fromEntries(filters) });
  }

  async inspect(ref: string): Promise<ImageInspect> {
    return this.#service.inspect(ref);
  }

  async history(ref: string): Promise<HistoryItem[]> {
    return this.#service.history(ref);
  }

  async tag(ref: string, repo: string, tag: string): Promise<void> {
    await this.#service.tag(ref, repo, tag);
  }

  async remove(ref: string, options: { force: boolean; noPrune: boolean }): Promise<RemovedItem[]> {
    return await this.#service.remove(ref, options);
  }

  /** Says the new image's id as the last line. An empty message means Docker's default. */
  async import(
    options: {
      repo: string;
      tag: string;
      message: string;
      changes: readonly string[];
      platform: string;
    },
    body: Readable,
    progress: (line: ProgressLine) => void,
  ): Promise<void> {
    const { message, ...rest } = options;
    const { id } = await this.#service.import(body, message === '' ? rest : options);
    progress({ status: id });
  }

  /**
   * The embedded image is made; another that is here is up to date.
   * @throws NotImplemented for the rest: registries aren't spoken to yet
   */
  async pull(reference: string, progress: (line: ProgressLine) => void): Promise<void> {
    const shown = familiarText(withDefaultTag(parseReference(reference)));
    if (shown === embeddedImage) {
      progress({ status: 'Making the image of the busybox of this machine', id: 'latest' });
      const { id } = await this.#service.busybox();
      progress({ status: `Digest: ${id}` });
      progress({ status: `Status: Downloaded newer image for ${shown}` });
      return;
    }
    refuseUnlessHere(this.#service, shown);
    progress({ status: `Status: Image is up to date for ${shown}` });
  }

  /** Quiet: without what is told of layers on the way. */
  async load(
    body: Readable,
    quiet: boolean,
    progress: (line: ProgressLine) => void,
  ): Promise<void> {
    const say = (line: LoadLine) => {
      if (!quiet || 'stream' in line) progress(line);
    };
    await this.#service.load(body, { say });
  }

  async save(refs: readonly string[]): Promise<Readable> {
    return this.#service.save(refs);
  }

  async prune(filters: Filters): Promise<PruneReport> {
    return await this.#service.prune(Object.fromEntries(filters));
  }
}

/** A configuration without Go's nulls. */
export type PlainConfig = { readonly [K in keyof RunConfig]?: NonNullable<RunConfig[K]> };

/** What a container is made from. */
export interface ImageForContainer {
  readonly id: string;
  /** Undefined for an image without layers. */
  readonly chainId: string | undefined;
  readonly config: PlainConfig;
}

/** Finds images for containers. */
export class ImagesForContainers {
  readonly #service: Pick<ImageService, 'resolve'>;

  constructor({ service }: { readonly service: Pick<ImageService, 'resolve'> }) {
    this.#service = service;
  }

  /** @throws NotFound `No such image: x:latest` */
  resolve(reference: string): ImageForContainer {
    const { id, chainId, parsed } = this.#service.resolve(reference);
    const told = Object.entries(parsed.config ?? {}).filter(([, value]) => value !== null);
    return { id, chainId, config: Object.fromEntries(told) as PlainConfig };
  }
}

function refuseUnlessHere(service: ImageService, reference: string): void {
  try {
    service.resolve(reference);
  } catch (cause) {
    if (!(cause instanceof NotFound)) throw cause;
    throw new NotImplemented(
      `cannot pull ${reference}: tsnet has no registry client yet; load the image from an archive ` +
        '(tsnet load), or import a root file system (tsnet import)',
    );
  }
}
