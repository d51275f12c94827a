import { createInterface } from 'node:readline/promises';
import type { Terminal } from '../command.js';

/** Warns and asks; anything but yes is no. */
export async function confirm({ stdin, stdout }: Terminal, warning: string): Promise<boolean> {
  stdout.write(`WARNING! ${warning}\nAre you sure you want to continue? [y/N] `);
  const reader = createInterface({ input: stdin });
  const answer = await new Promise<string>((resolve) => {
    reader.once('line', resolve);
    reader.once('close', () => resolve(''));
  });
  reader.close();
  return ['y', 'yes'].includes(answer.trim().toLowerCase());
}
