import { type ErrorKind, kindOf, messageOf } from '../../base/errors.js';

/** The one place where an error's kind becomes an HTTP status. */
const statuses: Readonly<Record<ErrorKind, number>> = {
  NotFound: 404,
  Conflict: 409,
  InvalidParameter: 400,
  NotModified: 304,
  Forbidden: 403,
  Unavailable: 503,
  NotImplemented: 501,
  System: 500,
};

/** Status and Docker's error body, `{"message": "..."}`. */
export function errorAnswer(error: unknown): { status: number; body: { message: string } } {
  return { status: statuses[kindOf(error)], body: { message: messageOf(error) } };
}
