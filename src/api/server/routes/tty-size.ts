import { InvalidParameter } from '../../../base/errors.js';
import type { TtySize } from '../backend.js';
import type { Query } from '../query.js';

/** `h` and `w` of a resize; both are wanted. @throws InvalidParameter in Docker's words */
export function ttySize(query: Query): TtySize {
  return { rows: side(query, 'h', 'height'), columns: side(query, 'w', 'width') };
}

function side(query: Query, name: string, what: string): number {
  const text = query.text(name);
  if (/^\d+$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  const shown = JSON.stringify(text);
  throw new InvalidParameter(
    `invalid resize ${what} ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`,
  );
}
