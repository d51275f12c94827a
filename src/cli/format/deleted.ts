import type { ImageDeleted } from '../../api/types/system.js';

/** Lines of `rmi` and `image prune`, with the two words that they use. */
export function deletedText(
  items: readonly ImageDeleted[],
  [untagged, deleted]: readonly [string, string],
): string {
  return items
    .map((item) =>
      'Untagged' in item ? `${untagged}: ${item.Untagged}\n` : `${deleted}: ${item.Deleted}\n`,
    )
    .join('');
}
