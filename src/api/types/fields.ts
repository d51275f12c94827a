/** Building blocks of the wire schemas. Go clients send `null` for empty lists and maps; we read it as empty. */
import * as v from 'valibot';

/** A string; absent and null are ''. */
export const text = v.nullish(v.string(), '');
/** A boolean; absent and null are false. */
export const flag = v.nullish(v.boolean(), false);
/** Go's int64: what is neither whole nor within its range is no number there. */
export const int64 = v.pipe(
  v.number(),
  v.check(
    (value) => Number.isInteger(value) && Math.abs(value) <= 2 ** 63,
    'not a whole number of 64 bits',
  ),
);
/** Go's unsigned integers, as far as they are counted by. */
export const unsigned = v.pipe(int64, v.minValue(0, 'below zero'));
/** A whole number; absent and null are 0. */
export const count = v.nullish(int64, 0);
/** The same from 0 up. */
export const unsignedCount = v.nullish(unsigned, 0);
/** Rows and columns of a terminal. */
export const consoleSize = v.nullish(v.tuple([unsigned, unsigned]));
/** A list of strings; absent and null are []. */
export const texts = v.nullish(v.array(v.string()), []);
/** String to string; absent and null are {}. */
export const labels = v.nullish(v.record(v.string(), v.string()), {});
/** A set written as `{"80/tcp": {}}`; absent and null are {}. */
export const set = v.nullish(v.record(v.string(), v.unknown()), {});
/** A command: a string stands for a list of one. Absent and null are undefined (the image's counts). */
export const command = v.nullish(
  v.union([
    v.array(v.string()),
    v.pipe(
      v.string(),
      v.transform((one) => [one]),
    ),
  ]),
);
