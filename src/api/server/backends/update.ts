import type { ContainerUpdate, ContainerUpdated } from '../../types/container.js';

/** Changes of containers that are there. */
export interface UpdateBackend {
  /** Limits, at once if it runs, and its restart policy. @throws InvalidParameter, Conflict */
  update(ref: string, wanted: ContainerUpdate): Promise<ContainerUpdated>;
}
