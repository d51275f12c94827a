import type { Readable } from 'node:stream';
import type { CommitBackend, CommitQuery } from '../../../api/server/backends/commit.js';
import type { ImageCommitted } from '../../../api/types/commit.js';
import type { FileChange } from '../../../api/types/container.js';
import { Conflict } from '../../../base/errors.js';
import { applyChanges } from '../../images/changes.js';
import type { RunConfig } from '../../images/config.js';
import type { Container } from '../container.js';
import type { ContainersContext } from '../context.js';
import { mergeRunConfig, runConfigOf } from './commit-config.js';
import { layerWithoutLeavings, withoutLeavings } from './mount-point-leavings.js';

/** Makes images; answers an image's id and the name that it got. */
export type MakeImage = (image: {
  readonly containerId: string;
  readonly parent: string;
  readonly layer: AsyncIterable<Uint8Array>;
  readonly config: RunConfig;
  readonly createdBy: string;
  readonly author: string;
  readonly comment: string;
  readonly repo: string;
  readonly tag: string;
}) => Promise<{ readonly id: string; readonly name: string }>;

/** What a container has written. */
export interface WrittenFiles {
  changes(containerId: string): Promise<readonly FileChange[]>;
  /** The same as a layer tar. */
  changesTar(containerId: string): Readable | Promise<Readable>;
}

/** What commits are made with. */
export interface CommitParts {
  readonly context: Pick<ContainersContext, 'registry' | 'emit'>;
  readonly files: WrittenFiles;
  readonly makeImage: MakeImage;
  /** Holds a container's processes still and lets them go on. */
  readonly pauses: { pause(ref: string): Promise<void>; unpause(ref: string): Promise<void> };
}

/** Makes images of containers, running or not. */
export class ContainerCommits implements CommitBackend {
  readonly #parts: CommitParts;

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  async commit(ref: string, query: CommitQuery): Promise<ImageCommitted> {
    const { context } = this.#parts;
    const container = context.registry.find(ref);
    if (container.removing)
      throw new Conflict(`You cannot commit container ${container.id} which is being removed`);
    const config = committedConfig(container, query);
    const resume = query.pause ? await this.#hold(container) : undefined;
    try {
      const { id, name } = await this.#make(container, query, config);
      const attributes = { comment: query.comment, imageID: id, imageRef: name };
      context.emit({ action: 'commit', container: container.record, attributes });
      return { Id: id };
    } finally {
      await resume?.();
    }
  }

  async #make(container: Container, query: CommitQuery, config: RunConfig) {
    const { files, makeImage } = this.#parts;
    const { id, record } = container;
    const all = await files.changes(id);
    const kept = new Set(withoutLeavings(all).map(({ Path }) => Path));
    const left = new Set(all.flatMap(({ Path }) => (kept.has(Path) ? [] : [Path])));
    const { author, comment, repo, tag } = query;
    return await makeImage({
      containerId: id,
      parent: record.image,
      layer: layerWithoutLeavings(await files.changesTar(id), (path) => !left.has(path)),
      config,
      createdBy: (record.config.Cmd ?? []).join(' '),
      author,
      comment,
      repo,
      tag,
    });
  }

  /** Undefined if there was nothing to hold: it isn't running, ends just now, or is held by somebody else. */
  async #hold({ id, run }: Container): Promise<(() => Promise<void>) | undefined> {
    const { pauses } = this.#parts;
    if (run === undefined || run.record.paused) return undefined;
    try {
      await pauses.pause(id);
    } catch (error) {
      if (error instanceof Conflict) return undefined;
      throw error;
    }
    // It may have been let go, or killed, meanwhile.
    return () => pauses.unpause(id).catch(() => undefined);
  }
}

function committedConfig({ record }: Container, { config, changes }: CommitQuery): RunConfig {
  const own = runConfigOf(record.config);
  const wanted = applyChanges(config ? runConfigOf(config) : own, changes);
  return mergeRunConfig(wanted, own);
}
