import { InvalidParameter } from '../../base/errors.js';
import { familiarRepository, familiarText, type Reference } from './reference.js';

/**
 * The pattern language of `--filter reference=`: Go's path.Match. `*` and `?` don't match a slash, `[a-z]`
 * and `[^a-z]` are classes, a backslash takes the next letter as it is. @throws InvalidParameter
 */
export function compilePattern(pattern: string): RegExp {
  const token = /\\(.)|\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|([^\\[])/gsy;
  let source = '';
  let end = 0;
  for (const match of pattern.matchAll(token)) {
    end = match.index + match[0].length;
    source += sourceOf(match);
  }
  if (end !== pattern.length) throw new InvalidParameter('syntax error in pattern');
  return new RegExp(`^${source}$`, 's');
}

function sourceOf([whole, escaped, not, set, letter]: RegExpMatchArray): string {
  if (set !== undefined) return `[${not}${set.replace(/[[^]/g, '\\$&')}]`;
  if (whole === '*') return '[^/]*';
  if (whole === '?') return '[^/]';
  return (escaped ?? letter ?? '').replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Whether a pattern matches the name, with or without its tag, as Docker shows it. */
export function matchesPattern(pattern: RegExp, name: Reference): boolean {
  return pattern.test(familiarText(name)) || pattern.test(familiarRepository(name));
}
