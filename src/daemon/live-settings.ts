import { InvalidParameter } from '../base/errors.js';
import { isLogLevel, type LogLevel } from '../base/logger.js';
import type { IsolationDefaults } from '../engine/isolation/defaults.js';
import type { Options } from './flags.js';
import { type LiveIsolation, liveIsolation } from './isolation-options.js';

/** Settings that a reload may change: the rows of `flags/` that are marked so. */
export interface LiveSettings extends LiveIsolation {
  readonly debug: boolean;
  readonly logLevel: LogLevel;
  /** `KEY=VALUE`, shown by `info`. */
  readonly labels: readonly string[];
  readonly liveRestore: boolean;
  /** How long a stop waits for containers; undefined: as long as it takes. */
  readonly shutdownTimeoutMs: number | undefined;
  readonly features: Readonly<Record<string, boolean>>;
  readonly authorizationPlugins: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly registryMirrors: readonly string[];
  readonly maxConcurrentDownloads: number;
  readonly maxConcurrentUploads: number;
  readonly maxDownloadAttempts: number;
}

/** Reads and checks them. @throws InvalidParameter in dockerd's words where it has any */
export function readLiveSettings(options: Options): LiveSettings {
  const shutdown = options['shutdown-timeout'];
  return {
    debug: options.debug,
    logLevel: logLevel(options),
    labels: checkedLabels(options.label),
    liveRestore: options['live-restore'],
    shutdownTimeoutMs: shutdown < 0 ? undefined : shutdown * 1000,
    features: features(options.feature),
    authorizationPlugins: [...new Set(options['authorization-plugin'].map(pluginName))],
    insecureRegistries: options['insecure-registry'],
    registryMirrors: options['registry-mirror'].map(mirror),
    maxConcurrentDownloads: count('max concurrent downloads', options['max-concurrent-downloads']),
    maxConcurrentUploads: count('max concurrent uploads', options['max-concurrent-uploads']),
    maxDownloadAttempts: count('max download attempts', options['max-download-attempts'], 1),
    ...liveIsolation(options),
  };
}

function logLevel(options: Options): LogLevel {
  const level = options['log-level'];
  if (!isLogLevel(level)) {
    throw new InvalidParameter(`invalid logging level: ${level}: use debug, info, warn or error`);
  }
  return options.debug ? 'debug' : level;
}

function checkedLabels(labels: readonly string[]): readonly string[] {
  const values = new Map<string, string>();
  for (const label of labels) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(label) ?? [];
    if (key === '') throw new InvalidParameter(`bad attribute format: ${label}`);
    const other = values.get(key);
    if (other !== undefined && other !== value) {
      throw new InvalidParameter(`conflict labels for ${key}=${value} and ${key}=${other}`);
    }
    values.set(key, value);
  }
  return [...values].map(([key, value]) => `${key}=${value}`);
}

/** Names end up in paths of sockets. */
function pluginName(name: string): string {
  if (/^[\w.-]+(\/[\w.-]+)?(:[\w.-]+)?$/.test(name) && !name.includes('..')) return name;
  throw new InvalidParameter(`invalid authorization plugin name ${JSON.stringify(name)}`);
}

function features(given: Readonly<Record<string, unknown>>): Record<string, boolean> {
  const entries = Object.entries(given).map(([name, value]) => {
    const on = { true: true, false: false }[String(value)];
    if (on === undefined) {
      throw new InvalidParameter(`invalid value for feature "${name}": must be true or false`);
    }
    return [name, on] as const;
  });
  return Object.fromEntries(entries);
}

function mirror(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidParameter(`invalid mirror: "${text}" is not a valid URI of http or https`);
  }
  if (url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new InvalidParameter(
      `invalid mirror: path, query, or fragment at end of the URI "${text}"`,
    );
  }
  return text.endsWith('/') ? text : `${text}/`;
}

function count(what: string, value: number, least = 0): number {
  if (value >= least) return value;
  throw new InvalidParameter(`invalid ${what}: ${value}`);
}

/** Defaults of which some are asked for anew each time. */
export function liveDefaults(fixed: IsolationDefaults, live: LiveState): IsolationDefaults {
  return {
    ...fixed,
    get shmSize() {
      return live.current.defaults.shmSize;
    },
    get ipcMode() {
      return live.current.defaults.ipcMode;
    },
    get cgroupnsMode() {
      return live.current.defaults.cgroupnsMode;
    },
  };
}

/** The live settings as they are now, and whoever wants to hear of new ones. */
export class LiveState {
  #current: LiveSettings;
  readonly #listeners: ((now: LiveSettings) => void)[] = [];

  constructor(settings: LiveSettings) {
    this.#current = settings;
  }

  get current(): LiveSettings {
    return this.#current;
  }

  onChange(listener: (now: LiveSettings) => void): void {
    this.#listeners.push(listener);
  }

  replace(settings: LiveSettings): void {
    this.#current = settings;
    for (const listener of this.#listeners) listener(settings);
  }
}
