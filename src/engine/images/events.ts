import { familiarText, type Reference } from './reference.js';
import type { ImageRecord } from './store.js';
import type { ImageEvent } from './world.js';

/** An event about an image, with its labels as attributes as Docker has it. */
export function imageEvent(
  action: ImageEvent['action'],
  image: ImageRecord,
  name?: Reference | string,
): ImageEvent {
  const shown = name === undefined || typeof name === 'string' ? name : familiarText(name);
  // Of an image that is gone Docker has no labels any more.
  const labels = action === 'delete' ? {} : (image.parsed.config?.Labels ?? {});
  return { action, id: image.id, attributes: { ...labels, name: shown ?? image.id } };
}
