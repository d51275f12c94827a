import type { Readable } from 'node:stream';
import type { ImagesBackend, ImportOptions } from '../../api/server/backend.js';
import type { Filters, ImageDeleted, ImagesPruned } from '../../api/types/system.js';
import { NotImplemented } from '../../base/errors.js';
import { familiarText, parseReference, withDefaultTag } from '../images/reference.js';
import type { ImageService } from '../images/service.js';

/** The image that needs no registry: it is made of this machine's own busybox. */
const embeddedImage = 'tsnet/busybox:latest';

/** Images for the API. */
export class Images implements ImagesBackend {
  readonly #service: ImageService;

  constructor(parts: { service: ImageService }) {
    this.#service = parts.service;
  }

  async list(query: { all: boolean; filters: Filters }): Promise<unknown[]> {
    return this.#service.list({ all: query.all, filters: asObject(query.filters) });
  }

  async inspect(ref: string): Promise<unknown> {
    return this.#service.inspect(ref);
  }

  async history(ref: string): Promise<unknown[]> {
    return this.#service.history(ref);
  }

  async tag(ref: string, repo: string, tag: string): Promise<void> {
    await this.#service.tag(ref, repo, tag || undefined);
  }

  async remove(
    ref: string,
    options: { force: boolean; noPrune: boolean },
  ): Promise<ImageDeleted[]> {
    return this.#service.remove(ref, options);
  }

  async import(
    options: ImportOptions,
    body: Readable,
    progress: (message: object) => void,
  ): Promise<void> {
    const { repo, tag, message, changes } = options;
    const image = await this.#service.import(body, {
      repo,
      ...(tag && { tag }),
      ...(message && { message }),
      changes,
    });
    progress({ status: image.id });
  }

  async pull(reference: string, progress: (message: object) => void): Promise<void> {
    const name = withDefaultTag(parseReference(reference));
    const shown = familiarText(name);
    if (shown !== embeddedImage) {
      throw new NotImplemented(
        `cannot pull ${shown}: tsnet has no registry client yet; load the image from an archive ` +
          '(tsnet load), or import a root file system (tsnet import)',
      );
    }
    progress({ status: 'Making the image of the busybox of this machine', id: 'latest' });
    const { id } = await this.#service.busybox();
    progress({ status: `Digest: ${id}` });
    progress({ status: `Status: Downloaded newer image for ${shown}` });
  }

  async load(body: Readable, _quiet: boolean, progress: (message: object) => void): Promise<void> {
    await this.#service.load(body, { say: (line) => progress({ stream: line }) });
  }

  async save(refs: readonly string[]): Promise<Readable> {
    return this.#service.save(refs);
  }

  async prune(filters: Filters): Promise<ImagesPruned> {
    return this.#service.prune(asObject(filters));
  }
}

function asObject(filters: Filters): Record<string, readonly string[]> {
  return Object.fromEntries(filters);
}
