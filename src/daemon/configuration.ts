import { existsSync, readFileSync } from 'node:fs';
import { InvalidParameter } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { withoutEffect } from './flags/without-effect.js';
import { type Flag, flags, type Options } from './flags.js';
import { type LiveSettings, readLiveSettings } from './live-settings.js';
import { type ConfigFile, mergeOptions, parseConfigFile } from './options.js';
import { readSettings, type Settings } from './settings.js';

const defaultConfigFile = '/etc/tsnet/daemon.json';

const table: readonly Flag[] = flags;

/** What the file says now. */
export interface Reread {
  readonly settings: LiveSettings;
  /** It is what the daemon runs by from now on. */
  keep(): void;
}

/** The command line and the file as one, and what of it the daemon runs by: once read, it changes by `reread` only. */
export class Configuration {
  readonly settings: Settings;
  readonly #given: Partial<Options>;
  #options: Options;
  readonly #ignored: readonly string[];

  /** Reads the file beside what the command line gave. @throws InvalidParameter naming the file, or the option */
  constructor(given: Partial<Options>) {
    this.#given = given;
    const { options, file } = this.#read();
    this.#options = options;
    this.#ignored = file.ignored;
    this.settings = readSettings(options, writtenDown(given, file.options));
  }

  /** Where the file is, or would be. */
  get file(): string {
    return this.#given['config-file'] ?? defaultConfigFile;
  }

  /** Says what of the file changes nothing. */
  warn(logger: Logger): void {
    for (const key of this.#ignored) {
      logger.warn('a setting of the configuration file has no effect', {
        key,
        reason: withoutEffect[key],
      });
    }
  }

  /**
   * Reads the file again; the daemon runs by it once that was kept. What it says and can't be changed while the daemon runs
   * is logged. @throws InvalidParameter
   */
  reread(logger: Logger): Reread {
    const { file, options: whole } = this.#read();
    const { taken, left } = changes(this.#options, file.options, whole);
    const options = { ...this.#options, ...taken };
    const settings = readLiveSettings(options);
    for (const { key, flag } of left) {
      logger.warn('a setting was changed in the configuration file, but it takes a restart', {
        key,
        running: JSON.stringify(Reflect.get(this.#options, flag)),
        file: JSON.stringify(Reflect.get(file.options, flag)),
      });
    }
    return {
      settings,
      keep: () => {
        this.#options = options;
      },
    };
  }

  /** Only a file that was asked for must be there. */
  #read(): { options: Options; file: ConfigFile } {
    const path = this.file;
    if (this.#given['config-file'] === undefined && !existsSync(path)) {
      return { options: mergeOptions({}, this.#given), file: { options: {}, ignored: [] } };
    }
    try {
      const file = parseConfigFile(readFileSync(path, 'utf8'));
      return { options: mergeOptions(file.options, this.#given), file };
    } catch (error) {
      throw new InvalidParameter(`unable to configure the tsnet daemon with file ${path}`, {
        cause: error,
      });
    }
  }
}

function writtenDown(...parts: readonly Partial<Options>[]): ReadonlySet<string> {
  return new Set(parts.flatMap(Object.keys));
}

/**
 * Settings that the file has otherwise than the daemon: those that can be taken over now, and those that can't. `whole`: the
 * file with the command line.
 */
export function changes(
  running: Options,
  file: Partial<Options>,
  whole: Options,
): { taken: Partial<Options>; left: readonly Flag[] } {
  const differs = ({ flag, reloadable }: Flag) =>
    (reloadable === 'whole' || Object.hasOwn(file, flag)) &&
    JSON.stringify(Reflect.get(whole, flag)) !== JSON.stringify(Reflect.get(running, flag));
  const changed = table.filter(differs);
  const taken = changed
    .filter(({ reloadable }) => reloadable)
    .map(({ flag }) => [flag, Reflect.get(whole, flag)] as const);
  return {
    taken: Object.fromEntries(taken) as Partial<Options>,
    left: changed.filter(({ reloadable }) => !reloadable),
  };
}
