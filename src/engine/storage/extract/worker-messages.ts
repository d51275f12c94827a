import {
  Conflict,
  type ErrorKind,
  Forbidden,
  InvalidParameter,
  kindOf,
  messageOf,
  NotFound,
  NotImplemented,
  NotModified,
  System,
  type TsnetError,
  Unavailable,
} from '../../../base/errors.js';
import type { Extracted, ExtractRequest } from './extract.js';

/** From the main thread to the extraction worker. `task` numbers an extraction. */
export type ToWorker =
  | {
      readonly task: number;
      readonly kind: 'start';
      readonly request: ExtractRequest;
      readonly file?: string;
    }
  | { readonly task: number; readonly kind: 'chunk'; readonly chunk: Uint8Array }
  | { readonly task: number; readonly kind: 'end' }
  | { readonly task: number; readonly kind: 'abort' };

/** From the worker back. */
export type FromWorker =
  /** A chunk was used up: one more may be sent. */
  | { readonly task: number; readonly kind: 'taken' }
  | { readonly task: number; readonly kind: 'done'; readonly extracted: Extracted }
  | { readonly task: number; readonly kind: 'failed'; readonly failure: Failure };

/** Chunks of a task that may be on their way at a time: enough to keep both sides busy. */
export const chunksInFlight = 16;

/** An error in a form that can be posted: classes don't survive that. */
export interface Failure {
  readonly kind: ErrorKind;
  readonly message: string;
}

/** What to post of an error. */
export function failureOf(error: unknown): Failure {
  return { kind: kindOf(error), message: messageOf(error) };
}

const classes: Readonly<Record<ErrorKind, new (message: string) => TsnetError>> = {
  NotFound,
  Conflict,
  InvalidParameter,
  NotModified,
  Forbidden,
  Unavailable,
  NotImplemented,
  System,
};

/** The error again. */
export function errorOf({ kind, message }: Failure): TsnetError {
  return new classes[kind](message);
}
