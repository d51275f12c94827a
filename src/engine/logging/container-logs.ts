import type { LogQuery, LogStream } from '../../api/server/backends/logs.js';
import { messageOf, NotImplemented, System } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { type LogConfig, settledLogConfig } from './config.js';
import type { ContainerLog, LoggedRun, Logs } from './contract.js';
import { parseBoolean } from './go-values.js';
import { openJournald } from './journald.js';
import { type LogLimits, logLimits } from './limits.js';
import { readLog } from './log-reader.js';
import { LogSource } from './log-source.js';
import { Rotation } from './rotation.js';
import { RotationWatch } from './rotation-watch.js';
import { Shipper } from './shipper.js';
import type { LogSink } from './sink.js';
import { type LogSubject, lineAttributes } from './subject.js';
import { openSyslog } from './syslog.js';

/** Ways to those whom lines are passed on to, by driver. */
const sinks: Readonly<
  Record<string, (options: LogConfig['Config'], subject: LogSubject) => Promise<LogSink>>
> = {
  journald: async (options, subject) => openJournald(options, subject),
  syslog: openSyslog,
};

/** Docker's text where nothing can be read. */
const UNREADABLE = 'configured logging driver does not support reading';

/** Keeps logs in the files that conmon writes, whatever the driver; some are passed on from there. */
export class ContainerLogs implements Logs {
  readonly #defaults: LogConfig;
  readonly #logger: Logger;
  readonly #rotations: RotationWatch;
  /** Of logs that are written or read now: both must know of each other. */
  readonly #sources = new Map<string, LogSource>();

  constructor(parts: { defaults: LogConfig; logger: Logger }) {
    this.#defaults = parts.defaults;
    this.#logger = parts.logger;
    this.#rotations = new RotationWatch(parts.logger);
  }

  settle(wanted: LogConfig | null | undefined): LogConfig {
    return settledLogConfig(wanted ?? { Type: '', Config: {} }, this.#defaults);
  }

  async prepare(log: ContainerLog): Promise<boolean> {
    try {
      const limits = checked(log);
      const sink = await sinks[log.config.Type]?.(log.config.Config, log.subject);
      sink?.[Symbol.dispose]();
      return limits !== undefined;
    } catch (error) {
      throw new System(`failed to initialize logging driver: ${messageOf(error)}`);
    }
  }

  watch(log: ContainerLog, run: LoggedRun): void {
    const limits = logLimits(log.config);
    if (!limits) return;
    const { path, subject } = log;
    const source = new LogSource(path);
    this.#sources.set(path, source);
    const isLimited = limits.maxBytes !== undefined;
    if (isLimited) this.#rotations.begin(subject.id, new Rotation(source, limits), run.reopen);
    const over = run.ended.catch(() => undefined).then(() => this.#rotations.end(subject.id));
    void over.then(() => this.#forget(source));
    this.#passOn(log, source, run);
  }

  async close(id: string): Promise<void> {
    await this.#rotations.end(id);
  }

  read(
    log: ContainerLog,
    options: { tty: boolean; query: LogQuery; ended: Promise<unknown> },
  ): LogStream {
    if (!isReadable(log)) throw new NotImplemented(UNREADABLE);
    const source = this.#sources.get(log.path) ?? new LogSource(log.path);
    const details = options.query.details ? detailsOf(log) : '';
    return readLog(source, { ...options, details });
  }

  #forget(source: LogSource): void {
    if (this.#sources.get(source.path) === source) this.#sources.delete(source.path);
  }

  #passOn({ config, subject }: ContainerLog, source: LogSource, { ended }: LoggedRun): void {
    const open = sinks[config.Type];
    if (!open) return;
    const shipper = new Shipper({
      source,
      open: () => open(config.Config, subject),
      logger: this.#logger,
      id: subject.id,
    });
    const limits = { follow: true, ended, signal: new AbortController().signal };
    shipper.run(limits).catch((error: unknown) => {
      this.#logger.error('log not passed on', { container: subject.id, error: messageOf(error) });
    });
  }
}

/** Reads everything that the settings say, so that what is wrong with them shows at the start. */
function checked(log: ContainerLog): LogLimits | undefined {
  lineAttributes(log.config.Config, log.subject);
  return logLimits(log.config);
}

function isReadable({ config }: ContainerLog): boolean {
  if (config.Type === 'none') return false;
  const isElsewhere = sinks[config.Type] !== undefined;
  return !(isElsewhere && parseBoolean(config.Config['cache-disabled'] || 'false'));
}

/** `a=b,c=d`, in order and with the signs of a query, as Docker writes it. */
function detailsOf({ config, subject }: ContainerLog): string {
  const pairs = [...lineAttributes(config.Config, subject)];
  return pairs
    .map(([name, value]) => `${queryEscaped(name)}=${queryEscaped(value)}`)
    .sort()
    .join(',');
}

/** As Go's `url.QueryEscape`. */
function queryEscaped(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1).replaceAll('*', '%2A');
}
