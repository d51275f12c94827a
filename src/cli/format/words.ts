import { humanDuration } from '../../base/human.js';
import { displayWidth, fitting } from './width.js';

/** The first 12 digits of an id, without its algorithm. */
export function shortId(id: string): string {
  return id.replace(/^[^:]*:/, '').slice(0, 12);
}

/** Cut to `most` columns, the last of them an ellipsis. */
export function ellipsis(text: string, most: number): string {
  return displayWidth(text) <= most ? text : `${fitting(text, most - 1)}…`;
}

/** `2 minutes ago`, from seconds since the epoch. */
export function ago(seconds: number, now: Date): string {
  return `${humanDuration(now.getTime() / 1000 - seconds)} ago`;
}

/** Labels as one text, sorted: `a=b,c=d`. */
export function labelText(labels: Readonly<Record<string, string>> | null): string {
  return Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}

/** Local time as Go prints it: `2026-11-21 02:26:59 +0000 UTC`. */
export function goTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * 60_000).toISOString();
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const offset = `${minutes < 0 ? '-' : '+'}${pad(hours)}${pad(rest)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset} ${zoneName(date)}`;
}

/** A time of the API (RFC 3339, UTC) as Go prints it, with all of its digits. */
export function goTimeOf(rfc3339: string): string {
  const [, day, time] = /^(\S+)T(\S+)Z$/.exec(rfc3339) ?? [];
  // Go leaves out the zeros at the end of a fraction.
  const short = time?.replace(/\.(\d*?)0*$/, (_, digits: string) => digits && `.${digits}`);
  return day === undefined ? rfc3339 : `${day} ${short} +0000 UTC`;
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
