import { existsSync, readFileSync } from 'node:fs';
import { systemClock } from '../base/clock.js';
import { InvalidParameter, messageOf } from '../base/errors.js';
import { lineLogger } from '../base/logger.js';
import { parseCommandLine, usage } from './command-line.js';
import { Daemon } from './daemon.js';
import type { Options } from './flags.js';
import { mergeOptions, parseConfigFile } from './options.js';
import { product } from './product.js';
import { readSettings, type Settings } from './settings.js';

const defaultConfigFile = '/etc/tsnet/daemon.json';

/** Says what is wrong as dockerd does, and ends. */
function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The user's own mistakes are told as they are. */
function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return fail(messageOf(error));
  }
}

/** What the command line asks for: a daemon's settings, or an answer that ends the program. */
function readArguments(argv: readonly string[]): Settings {
  const { help, version, given } = parseCommandLine(argv);
  if (help || version) {
    process.stdout.write(
      help ? usage() : `tsnet version ${product.version}, build ${product.gitCommit}\n`,
    );
    process.exit(0);
  }
  const settings = readSettings(withFile(given));
  if (given.validate) {
    // If anything were wrong we wouldn't be here.
    process.stderr.write('configuration OK\n');
    process.exit(0);
  }
  return settings;
}

/** Adds the configuration file; only one that was asked for must be there. */
function withFile(given: Partial<Options>): Options {
  const path = given['config-file'] ?? defaultConfigFile;
  if (given['config-file'] === undefined && !existsSync(path)) return mergeOptions({}, given);
  try {
    return mergeOptions(parseConfigFile(readFileSync(path, 'utf8')), given);
  } catch (error) {
    throw new InvalidParameter(`unable to configure the tsnet daemon with file ${path}`, {
      cause: error,
    });
  }
}

async function main(): Promise<void> {
  const settings = {
    ...attempt(() => readArguments(process.argv.slice(2))),
    rawTable: process.env['DOCKER_INSECURE_NO_IPTABLES_RAW'] !== '1',
    linkEnvironment: process.env['DOCKER_KEEP_DEPRECATED_LEGACY_LINKS_ENV_VARS'] === '1',
  };
  if (process.getuid?.() !== 0) fail('tsnetd needs to be started with root privileges');
  const write = (line: string) => void process.stderr.write(line);
  const logger = lineLogger(write, { level: settings.logLevel, now: () => systemClock.now() });
  const daemon = new Daemon({ settings, logger });
  process.on('unhandledRejection', (error) => logger.error('unhandled rejection', { error }));
  const started = daemon.start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info('Processing signal', { signal });
      // What has begun is finished first, so that it can be taken back in order.
      void started
        .then(() => daemon.stop())
        .then(
          () => process.exit(0),
          (error: unknown) => fail(messageOf(error)),
        );
    });
  }
  await started;
  logger.info('Daemon has completed initialization', { version: product.version });
}

main().catch((error: unknown) => fail(`failed to start daemon: ${messageOf(error)}`));
