import { InvalidParameter } from '../../base/errors.js';

/**
 * Splits the arguments of an instruction at blanks. Quotes keep blanks, a backslash keeps the next
 * letter. @throws InvalidParameter for an open quote
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const token = /\s*((?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\])+)/gsy;
  let end = 0;
  for (const match of text.matchAll(token)) {
    end = match.index + match[0].length;
    words.push(unquote(match[1] ?? ''));
  }
  if (text.slice(end).trim() !== '')
    throw new InvalidParameter(`unexpected end of statement in ${JSON.stringify(text)}`);
  return words;
}

function unquote(word: string): string {
  return word.replace(
    /\\(.)|"((?:\\.|[^"\\])*)"|'([^']*)'/gs,
    (_, escaped?: string, double?: string, single?: string) =>
      escaped ?? double?.replace(/\\(["\\$])/g, '$1') ?? single ?? '',
  );
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
export function parsePairs(instruction: string, text: string): [key: string, value: string][] {
  const old = /^([^\s=]+)\s+(.+)$/s.exec(text);
  if (old?.[1] !== undefined && old[2] !== undefined) return [[old[1], old[2]]];
  return splitWords(text).map((word) => {
    const equals = word.indexOf('=');
    if (equals < 1)
      throw new InvalidParameter(
        `${instruction}: Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
      );
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}
