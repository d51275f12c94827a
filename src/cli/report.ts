import { ApiError } from '../api/client/errors.js';

/** The text of an error for the user: what the daemon said is marked as such. */
export function describeError(error: unknown): string {
  if (error instanceof ApiError) return `Error response from daemon: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
