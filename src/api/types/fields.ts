/** Building blocks of the wire schemas. Go clients send `null` for empty lists and maps; we read it as empty. */
import * as v from 'valibot';

/** A string; absent and null are ''. */
export const text = v.nullish(v.string(), '');
/** A boolean; absent and null are false. */
export const flag = v.nullish(v.boolean(), false);
/** A number; absent and null are 0. */
export const count = v.nullish(v.number(), 0);
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
