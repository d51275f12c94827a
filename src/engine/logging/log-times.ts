/** How conmon ends its times: it is started with `TZ=UTC`. */
const utc = '+00:00';

/** Nanoseconds since the epoch of a time with up to nine decimals, `Z` or an offset; undefined if it is none. */
export function parseLogTime(time: string): bigint | undefined {
  const [, seconds, fraction = '', zone] =
    /^(\d+-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  if (seconds === undefined || zone === undefined) return undefined;
  const ms = Date.parse(`${seconds}${zone}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Docker's `--timestamps`: RFC 3339 in UTC with all nine decimals. */
export function formatLogTime(time: string): string {
  if (time.length === 35 && time.endsWith(utc)) return `${time.slice(0, -utc.length)}Z`;
  const nanoseconds = parseLogTime(time);
  return nanoseconds === undefined ? time : writeTime(nanoseconds);
}

function writeTime(nanoseconds: bigint): string {
  const date = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString();
  const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, '0');
  return `${date.slice(0, 19)}.${fraction}Z`;
}

/** A moment that many written times are compared with. */
export class Moment {
  readonly #nanoseconds: bigint;
  readonly #text: string;

  constructor(nanoseconds: bigint) {
    this.#nanoseconds = nanoseconds;
    this.#text = writeTime(nanoseconds).slice(0, -1);
  }

  /** Below zero if the written time is earlier, above if it is later. What is no time counts as the epoch. */
  compare(time: string): number {
    if (time.length === 35 && time.endsWith(utc)) {
      const written = time.slice(0, -utc.length);
      if (written === this.#text) return 0;
      return written < this.#text ? -1 : 1;
    }
    const difference = (parseLogTime(time) ?? 0n) - this.#nanoseconds;
    return difference < 0n ? -1 : Number(difference > 0n);
  }
}
