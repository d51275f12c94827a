import { InvalidParameter } from '../../base/errors.js';

const size = /^(\d+(?:\.\d+)?) ?([kKmMgGtTpP])?(?:i?[bB])?$/;
const powers: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Bytes of `10m`, by powers of `base` (1000 for files, 1024 for memory). @throws InvalidParameter in Docker's words */
export function parseSize(text: string, base: 1000 | 1024): number {
  const [, number, unit = ''] = size.exec(text) ?? [];
  if (number === undefined) throw new InvalidParameter(`invalid size: '${text}'`);
  return Math.floor(Number(number) * base ** (powers[unit.toLowerCase()] ?? 0));
}

/** A whole number, as Go's `strconv.Atoi` reads it. @throws InvalidParameter in its words */
export function parseInteger(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new InvalidParameter(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}

const truths = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const falsehoods = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** As Go's `strconv.ParseBool` reads it. @throws InvalidParameter in its words */
export function parseBoolean(text: string): boolean {
  if (truths.includes(text)) return true;
  if (falsehoods.includes(text)) return false;
  throw new InvalidParameter(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}
