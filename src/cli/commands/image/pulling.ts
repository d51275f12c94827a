import type { Images, Progress } from '../../../api/client/images.js';
import { type Reference, tagOf } from '../../parse/reference.js';
import { ProgressLines } from './progress-lines.js';

/** Pulls an image and shows its progress, a line a message. @throws ApiError, Error */
export async function pullImage(
  images: Images,
  reference: Reference,
  options: { platform: string; out: NodeJS.WritableStream; quiet: boolean },
): Promise<void> {
  const messages = images.create({
    fromImage: reference.name,
    tag: tagOf(reference),
    platform: options.platform,
  });
  await showProgress(messages, options.quiet ? undefined : options.out);
}

/** Writes messages as they come; undefined as `out` drops them. @throws Error with the text of a message that tells one */
export async function showProgress(
  messages: AsyncIterable<Progress>,
  out: NodeJS.WritableStream | undefined,
): Promise<void> {
  const lines = out && new ProgressLines(out);
  for await (const message of messages) {
    const { errorDetail } = message;
    if (errorDetail) throw new Error(errorDetail.message ?? 'unknown error');
    lines?.show(message);
  }
}
