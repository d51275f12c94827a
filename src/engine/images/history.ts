import { createdAt } from './config.js';
import { shownNames } from './list.js';
import type { ImageRecord } from './store.js';
import type { ImageWorld } from './world.js';

/** One line of `docker history` (Docker: HistoryResponseItem). */
export interface HistoryItem {
  /** The image's id for the newest step, `<missing>` for those below. */
  readonly Id: string;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Tags: readonly string[] | null;
  readonly Size: number;
  readonly Comment: string;
}

/**
 * How the image was made, newest step first. Steps that made an image that is here have its id and names: it is the
 * parent of the one after it. @throws NotFound
 */
export function imageHistory(world: ImageWorld, nameOrId: string): HistoryItem[] {
  const { store } = world;
  const image = store.resolve(nameOrId);
  const items: HistoryItem[] = [];
  let made: ImageRecord | undefined = image;
  for (const item of stepsOf(world, image).reverse()) {
    items.push(made === undefined ? item : { ...item, Id: made.id, Tags: tagsOf(world, made) });
    made = made?.parent && store.get(made.parent);
  }
  return items;
}

function tagsOf({ store }: ImageWorld, { id }: ImageRecord): readonly string[] | null {
  const { RepoTags } = shownNames(store.namesOf(id));
  return RepoTags.length === 0 ? null : RepoTags;
}

function stepsOf(world: ImageWorld, image: ImageRecord): HistoryItem[] {
  const { parsed, chains } = image;
  let layer = 0;
  // An image that doesn't tell its history has at least its layers.
  const steps = parsed.history?.length
    ? parsed.history
    : chains.map(() => ({ created: parsed.created }));
  return steps.map((step) => {
    const chain = 'empty_layer' in step && step.empty_layer ? undefined : chains[layer++];
    return {
      Id: '<missing>',
      Created: Math.floor(createdAt({ ...parsed, created: step.created }).getTime() / 1000),
      CreatedBy: ('created_by' in step ? step.created_by : undefined) ?? '',
      Tags: null,
      Size: (chain && world.storage.layers.get(chain)?.size) ?? 0,
      Comment: ('comment' in step ? step.comment : undefined) ?? '',
    };
  });
}
