import { InvalidParameter } from '../errors.js';
import type { PaxRecords } from './pax.js';

/** A record that is a number. @throws InvalidParameter for other text */
export function paxNumber(pax: PaxRecords, key: string): number | undefined {
  const text = pax.get(key)?.toString();
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw damaged(key, text);
  return value;
}

/** What chown(2) takes: 32 bits, of which the highest number means "leave it". */
const maxOwner = 2 ** 32 - 2;

/** A user's or group's number: of the record, or else of the header. @throws InvalidParameter for none of Linux's */
export function ownerOf(pax: PaxRecords, key: 'uid' | 'gid', inHeader: number): number {
  const value = paxNumber(pax, key) ?? inHeader;
  if (!Number.isInteger(value) || value < 0 || value > maxOwner) throw damaged(key, String(value));
  return value;
}

/** The time of a record, decimal seconds with any number of digits, in nanoseconds. @throws InvalidParameter */
export function paxTime(pax: PaxRecords): bigint | undefined {
  const text = pax.get('mtime')?.toString();
  if (text === undefined) return undefined;
  const match = /^(-?)(\d{1,30})(?:\.(\d*))?$/.exec(text);
  if (match === null) throw damaged('mtime', text);
  const [, sign = '', seconds = '', digits = ''] = match;
  const ns = BigInt(seconds) * 1_000_000_000n + BigInt(digits.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -ns : ns;
}

function damaged(key: string, text: string): InvalidParameter {
  return new InvalidParameter(
    `damaged tar archive: ${key} is ${JSON.stringify(text.slice(0, 100))}`,
  );
}
