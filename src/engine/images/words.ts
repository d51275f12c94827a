import { InvalidParameter } from '../../base/errors.js';

/** The values of variables that a text may name; `NAME=value` each. */
export type Environment = readonly string[];

/**
 * Splits the arguments of an instruction at blanks. Quotes keep blanks, a backslash keeps the next letter, and
 * variables are replaced as {@link plainWord} has it. @throws InvalidParameter for an open quote
 */
export function splitWords(text: string, env: Environment = []): string[] {
  const words: string[] = [];
  const token = /\s*((?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\])+)/gsy;
  let end = 0;
  for (const match of text.matchAll(token)) {
    end = match.index + match[0].length;
    words.push(plainWord(match[1] ?? '', env));
  }
  if (text.slice(end).trim() !== '')
    throw new InvalidParameter(`unexpected end of statement in ${JSON.stringify(text)}`);
  return words;
}

const variable = /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/;

/**
 * A word without its quotes and backslashes, with the values of variables: `$NAME`, `${NAME}`, `${NAME:-otherwise}`,
 * `${NAME:+instead}`. What isn't set is empty; single quotes keep everything as it is. Dockerfile reference,
 * "Environment replacement".
 */
export function plainWord(word: string, env: Environment = []): string {
  const values = new Map(
    env.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
  const expand = (text: string) =>
    text.replace(
      new RegExp(`\\\\(["\\\\$])|${variable.source}`, 'gs'),
      (_, escaped?: string, ...parts: (string | undefined)[]) =>
        escaped ?? valueIn(values, parts[0] ?? parts[1] ?? '', parts[2], parts[3]),
    );
  const token = new RegExp(`\\\\(.)|'([^']*)'|"((?:\\\\.|[^"\\\\])*)"|${variable.source}`, 'gs');
  return word.replace(
    token,
    (_, escaped?: string, single?: string, double?: string, ...parts: (string | undefined)[]) =>
      escaped ??
      single ??
      (double === undefined
        ? valueIn(values, parts[0] ?? parts[1] ?? '', parts[2], parts[3])
        : expand(double)),
  );
}

function valueIn(
  values: ReadonlyMap<string, string>,
  name: string,
  how: string | undefined,
  word: string | undefined,
): string {
  const value = values.get(name) ?? '';
  if (how === '-') return value === '' ? (word ?? '') : value;
  if (how === '+') return value === '' ? '' : (word ?? '');
  return value;
}

/** Reads `["a", "b"]`; undefined if it isn't a JSON list of strings. */
export function jsonWords(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string')
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** Reads `k=v k2="v 2"`, or the old form `k the rest`. @throws InvalidParameter naming the instruction */
export function parsePairs(
  instruction: string,
  text: string,
  env: Environment = [],
): [key: string, value: string][] {
  const [first = ''] = splitWords(text, env);
  const old = /^(\S+)\s+(.+)$/s.exec(text);
  if (!first.includes('=')) {
    if (old?.[2] === undefined)
      throw new InvalidParameter(`${instruction} must have two arguments`);
    return [[plainWord(old[1] ?? '', env), plainWord(old[2], env)]];
  }
  return splitWords(text, env).map((word) => {
    const equals = word.indexOf('=');
    if (equals === 0) throw new InvalidParameter(`${instruction} names can not be blank`);
    if (equals === -1)
      throw new InvalidParameter(
        `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
      );
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}
