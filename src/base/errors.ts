/**
 * Errors by kind. The kind says what went wrong in the caller's terms; the HTTP status is chosen from
 * it in one place (`api/server/status.ts`), the CLI's exit code in another. A message says what was
 * attempted and, where it helps, what to do about it. Lower errors travel as `cause`.
 */
export type ErrorKind =
  | 'NotFound'
  | 'Conflict'
  | 'InvalidParameter'
  | 'NotModified'
  | 'Forbidden'
  | 'Unavailable'
  | 'NotImplemented'
  | 'System';

/** The root of every error that tsnet throws on purpose. */
export abstract class TsnetError extends Error {
  abstract readonly kind: ErrorKind;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The named object does not exist (Docker: 404). */
export class NotFound extends TsnetError {
  readonly kind = 'NotFound';
}

/** The object is in a state that forbids the request, or the name is taken (Docker: 409). */
export class Conflict extends TsnetError {
  readonly kind = 'Conflict';
}

/** The request is malformed; sending it again can't help (Docker: 400). */
export class InvalidParameter extends TsnetError {
  readonly kind = 'InvalidParameter';
}

/** The object already is as requested (Docker: 304). */
export class NotModified extends TsnetError {
  readonly kind = 'NotModified';
}

/** Well-formed, but not allowed on this object, e.g. removing a predefined network (Docker: 403). */
export class Forbidden extends TsnetError {
  readonly kind = 'Forbidden';
}

/** Something that we depend on is not there at the moment (Docker: 503). */
export class Unavailable extends TsnetError {
  readonly kind = 'Unavailable';
}

/** A part of Docker's API that tsnet does not have (Docker: 501). */
export class NotImplemented extends TsnetError {
  readonly kind = 'NotImplemented';
}

/** The kernel, the runtime or the disk refused (Docker: 500). */
export class System extends TsnetError {
  readonly kind = 'System';
}

/** The text of anything thrown, with the texts of its causes: `outer: inner: innermost`. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

/** An error of the same kind whose text begins with what was attempted: clients read it as one line. */
export function prefixed(attempt: string, error: unknown): TsnetError {
  const text = `${attempt}: ${messageOf(error)}`;
  if (!(error instanceof TsnetError)) return new System(text);
  const Kind = error.constructor as new (message: string) => TsnetError;
  return new Kind(text);
}

/** The kind of anything thrown; what isn't ours counts as `System`. */
export function kindOf(error: unknown): ErrorKind {
  return error instanceof TsnetError ? error.kind : 'System';
}
