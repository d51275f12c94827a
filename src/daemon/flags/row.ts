/**
 * How a value is written. A list may be given several times as a flag, and is an array in the file. A map is
 * `KEY=VALUE`, several times, and an object in the file, whose values may be of any kind. A number is not negative, an
 * integer may be.
 */
export type FlagType = 'boolean' | 'string' | 'number' | 'integer' | 'list' | 'map';

/** One setting: its flag, its key in `daemon.json`, and how it is explained. */
export interface Flag {
  /** Long name, without dashes. */
  readonly flag: string;
  readonly short?: string;
  /** Key in `daemon.json`; absent: flag only. */
  readonly key?: string;
  readonly type: FlagType;
  readonly default:
    | boolean
    | string
    | number
    | readonly string[]
    | Readonly<Record<string, unknown>>;
  /**
   * A new value in the file counts from the next SIGHUP on; of others it is said that they want a restart. What the file
   * doesn't say any more stays as it is, or with `whole` is what it is without the file; both as with dockerd.
   */
  readonly reloadable?: true | 'whole';
  readonly help: string;
}
