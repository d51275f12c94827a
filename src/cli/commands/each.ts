import type { Context } from '../command.js';
import { Failure } from '../failure.js';
import { describeError } from '../report.js';

/** How many requests run side by side. */
const atOnce = 50;

/**
 * Does the same to each of several objects. Every success is printed in order; errors come last, and then the
 * exit code is 1.
 * @throws Failure with all of the errors' texts
 */
export async function forEach(
  { terminal }: Pick<Context, 'terminal'>,
  refs: readonly string[],
  act: (ref: string) => Promise<string | undefined>,
): Promise<undefined> {
  const errors: string[] = [];
  for (let start = 0; start < refs.length; start += atOnce) {
    const results = await Promise.allSettled(refs.slice(start, start + atOnce).map(act));
    for (const result of results) {
      if (result.status === 'rejected') errors.push(describeError(result.reason));
      else if (result.value !== undefined) terminal.stdout.write(`${result.value}\n`);
    }
  }
  if (errors.length > 0) throw new Failure(errors.join('\n'));
}
