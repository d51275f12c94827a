import { parseDuration } from './numbers.js';

/** RFC 3339 with parts left off at the end, and a zone or none (then it is local). */
const datePattern =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * Reads `--since` and `--until` for the API: seconds since the epoch as they are, a duration back from now (`10m`)
 * in seconds, a date with nanoseconds. '' stays ''.
 * @throws Error in Docker's words
 */
export function parseTime(text: string, now: Date): string {
  if (text === '' || /^-?\d+(\.\d+)?$/.test(text)) return text;
  const date = datePattern.exec(text);
  if (date) {
    const [, day, hour = '00', minute = '00', second = '00', fraction = '', zone = ''] = date;
    const seconds = Date.parse(`${day}T${hour}:${minute}:${second}${zone}`) / 1000;
    if (!Number.isNaN(seconds)) return `${seconds}.${fraction.padEnd(9, '0')}`;
  }
  try {
    const back = parseDuration(text);
    return String(Math.floor(now.getTime() / 1000 - back / 1e9));
  } catch {
    throw new Error(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  }
}
