import { InvalidParameter } from '../../base/errors.js';

/*
 * The last door before nft: whatever built a rule or an element, its text must stay one rule or one element.
 */

/** Text of a rule. Anonymous sets (braces) are fine as long as they close. @throws InvalidParameter */
export function ruleText(text: string): string {
  const bare = withoutQuoted(text);
  if (!isPlain(bare) || /[;#$\\"]/.test(bare) || !balanced(bare) || isBlank(text))
    refuse('rule', text);
  return text;
}

/** Text of an element's key or value. @throws InvalidParameter */
export function elementText(text: string): string {
  const bare = withoutQuoted(text);
  if (!isPlain(bare) || /[;#$\\",{}]/.test(bare) || isBlank(text)) refuse('set element', text);
  return text;
}

/** A type as in `ipv4_addr . inet_service`. @throws InvalidParameter */
export function typeText(text: string): string {
  if (!/^[a-z0-9_]+( \. [a-z0-9_]+)*$/.test(text)) refuse('set type', text);
  return text;
}

function withoutQuoted(text: string): string {
  return text.replace(/"[ !#-~]*"/g, '');
}

/** Printable ASCII only, so also in one line. */
function isPlain(bare: string): boolean {
  return /^[ -~]*$/.test(bare);
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

function balanced(bare: string): boolean {
  let depth = 0;
  for (const char of bare) {
    if (char === '{') depth++;
    if (char === '}' && --depth < 0) return false;
  }
  return depth === 0;
}

function refuse(what: string, text: string): never {
  throw new InvalidParameter(`invalid firewall ${what}: ${JSON.stringify(text)}`);
}
