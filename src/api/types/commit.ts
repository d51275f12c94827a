import * as v from 'valibot';
import { containerConfig } from './container.js';

/** Body of `POST /commit`: settings of the new image, over the container's. */
export const commitConfig = v.object({
  ...containerConfig.entries,
  OnBuild: v.nullish(v.array(v.string())),
});

export type CommitConfig = v.InferOutput<typeof commitConfig>;

/** Answer to commit: the new image. */
export interface ImageCommitted {
  readonly Id: string;
}
