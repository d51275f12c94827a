/** Building blocks of the wire schemas. Go clients send `null` for empty lists and maps; we read it as empty. */
import * as v from 'valibot';

/** A string; absent and null are ''. */
export const text = v.pipe(v.nullish(v.string(), ''), v.string());
/** A boolean; absent and null are false. */
export const flag = v.pipe(v.nullish(v.boolean(), false), v.boolean());
/** A number; absent and null are 0. */
export const count = v.pipe(v.nullish(v.number(), 0), v.number());
/** A list of strings; absent and null are []. */
export const texts = v.pipe(v.nullish(v.array(v.string()), []), v.array(v.string()));
/** String to string; absent and null are {}. */
export const labels = v.pipe(
  v.nullish(v.record(v.string(), v.string()), {}),
  v.record(v.string(), v.string()),
);
/** A set written as `{"80/tcp": {}}`; absent and null are {}. */
export const set = v.pipe(
  v.nullish(v.record(v.string(), v.unknown()), {}),
  v.record(v.string(), v.unknown()),
);
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
