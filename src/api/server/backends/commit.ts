import type { CommitConfig, ImageCommitted } from '../../types/commit.js';

/** How a container becomes an image. */
export interface CommitQuery {
  /** The image's name; empty for none. */
  readonly repo: string;
  readonly tag: string;
  readonly author: string;
  readonly comment: string;
  /** Hold the container's processes still meanwhile. */
  readonly pause: boolean;
  /** Instructions of a Dockerfile. */
  readonly changes: readonly string[];
  /** Settings over the container's; these count if it is left out. */
  readonly config?: CommitConfig | undefined;
}

/** Images out of containers. */
export interface CommitBackend {
  /** @throws NotFound, InvalidParameter, Conflict of a container that is being removed */
  commit(ref: string, query: CommitQuery): Promise<ImageCommitted>;
}
