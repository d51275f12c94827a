import { getSystemErrorMap } from 'node:util';
import { System } from '../../../base/errors.js';

/**
 * A refusal of the kernel in the words of the container: what was called (as Docker calls it, if that has a name of its
 * own), the container's path instead of ours through /proc, and why. Anything else stays as it is.
 */
export function inContainerWords(error: unknown, path: string, call?: string): unknown {
  if (!(error instanceof Error) || !('errno' in error) || !('syscall' in error)) return error;
  const why = getSystemErrorMap().get(-Math.abs(Number(error.errno)))?.[1] ?? error.message;
  return new System(`${call ?? error.syscall} ${path}: ${why}`);
}
