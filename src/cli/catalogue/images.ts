import { type Entry, entry } from './entry.js';

/** The commands about images. */
export const images: readonly Entry[] = [
  entry(
    'image history, history',
    'Show the history of an image',
    () => import('../commands/image/history.js'),
  ),
  entry(
    'image import, import',
    'Import the contents from a tarball to create a filesystem image',
    () => import('../commands/image/import.js'),
  ),
  entry(
    'image inspect',
    'Display detailed information on one or more images',
    () => import('../commands/image/inspect.js'),
  ),
  entry(
    'image load, load',
    'Load an image from a tar archive or STDIN',
    () => import('../commands/image/load.js'),
  ),
  entry('image ls, image list, images', 'List images', () => import('../commands/image/list.js')),
  entry('image prune', 'Remove unused images', () => import('../commands/image/prune.js')),
  entry(
    'image pull, pull',
    'Download an image from a registry',
    () => import('../commands/image/pull.js'),
  ),
  entry(
    'image rm, image remove, rmi',
    'Remove one or more images',
    () => import('../commands/image/remove.js'),
  ),
  entry(
    'image save, save',
    'Save one or more images to a tar archive (streamed to STDOUT by default)',
    () => import('../commands/image/save.js'),
  ),
  entry(
    'image tag, tag',
    'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
    () => import('../commands/image/tag.js'),
  ),
];
