import { messageOf } from './errors.js';

/** How much is said. Docker's `--log-level` values that we know. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Whether `text` is one of the levels. */
export function isLogLevel(text: string): text is LogLevel {
  return Object.hasOwn(rank, text);
}

/** Facts that go with a line, e.g. `{ network: 'web' }`. An `error` is shown with its causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the daemon says what it does. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A logger that writes logfmt lines as dockerd does (`time=... level=... msg=...`) to `write`. */
export function lineLogger(
  write: (line: string) => void,
  options: { level: LogLevel; now: () => Date },
): Logger & { setLevel(level: LogLevel): void } {
  let level = options.level;
  const log =
    (at: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (rank[at] < rank[level]) return;
      const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${quote(value)}`);
      const time = options.now().toISOString();
      write(`time="${time}" level=${at} msg=${quote(message)}${rest.join('')}\n`);
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    setLevel(next) {
      level = next;
    },
  };
}

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function quote(value: unknown): string {
  const text = value instanceof Error ? messageOf(value) : String(value);
  return /^[\w./:@+-]+$/.test(text) ? text : JSON.stringify(text);
}
