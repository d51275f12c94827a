/** Integers that a double can't hold exactly come as bigint (nanoseconds since the epoch, memory limits). */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Strings, or whole numbers of 16 digits and more. */
const stringsAndLongNumbers = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
const mark = '\u0000bigint:';

/** JSON.parse that keeps long integers exact. @throws SyntaxError */
export function parseJson(text: string): Json {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const marked = text.replace(stringsAndLongNumbers, (token) =>
    token.startsWith('"') ? token : JSON.stringify(mark + token),
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}
