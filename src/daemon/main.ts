import { existsSync, readFileSync } from 'node:fs';
import { systemClock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { lineLogger } from '../base/logger.js';
import { Daemon } from './daemon.js';
import type { Options } from './flags.js';
import { mergeOptions, parseCommandLine, parseConfigFile, usage } from './options.js';
import { product } from './product.js';
import { readSettings, type Settings } from './settings.js';

/** Says what is wrong as dockerd does, and ends. */
function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
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
  const settings = readSettings(mergeOptions(readFile(given), given));
  if (given.validate) {
    process.stdout.write('configuration OK\n');
    process.exit(0);
  }
  return settings;
}

/** The configuration file; only one that was asked for must be there. */
function readFile(given: Partial<Options>): Partial<Options> {
  const path = given['config-file'] ?? '/etc/tsnet/daemon.json';
  if (given['config-file'] === undefined && !existsSync(path)) return {};
  return parseConfigFile(readFileSync(path, 'utf8'), path);
}

async function main(): Promise<void> {
  const settings = readArguments(process.argv.slice(2));
  if (process.getuid?.() !== 0) fail('tsnetd needs to be started with root privileges');
  const write = (line: string) => void process.stderr.write(line);
  const logger = lineLogger(write, { level: settings.logLevel, now: () => systemClock.now() });
  const daemon = new Daemon({ settings, logger });
  process.on('unhandledRejection', (error) => logger.error('unhandled rejection', { error }));
  await daemon.start();
  logger.info('Daemon has completed initialization', { version: product.version });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info('Processing signal', { signal });
      void daemon.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(messageOf(error)),
      );
    });
  }
}

main().catch((error: unknown) => fail(`failed to start daemon: ${messageOf(error)}`));
