import { systemClock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { lineLogger } from '../base/logger.js';
import { parseCommandLine, usage } from './command-line.js';
import { Configuration } from './configuration.js';
import { Daemon } from './daemon.js';
import { product } from './product.js';
import { inheritedSockets, notify } from './systemd.js';

type LevelLogger = ReturnType<typeof lineLogger>;

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

/** What the command line asks for: a daemon's configuration, or an answer that ends the program. */
function readArguments(argv: readonly string[]): Configuration {
  const { help, version, given } = parseCommandLine(argv);
  if (help || version) {
    process.stdout.write(
      help ? usage() : `tsnet version ${product.version}, build ${product.gitCommit}\n`,
    );
    process.exit(0);
  }
  const configuration = new Configuration(given);
  if (given.validate) {
    // If anything were wrong we wouldn't be here.
    process.stderr.write('configuration OK\n');
    process.exit(0);
  }
  return configuration;
}

async function main(): Promise<void> {
  const { env } = process;
  const configuration = attempt(() => readArguments(process.argv.slice(2)));
  const settings = {
    ...configuration.settings,
    rawTable: env['DOCKER_INSECURE_NO_IPTABLES_RAW'] !== '1',
    linkEnvironment: env['DOCKER_KEEP_DEPRECATED_LEGACY_LINKS_ENV_VARS'] === '1',
  };
  if (process.getuid?.() !== 0) fail('tsnetd needs to be started with root privileges');
  const write = (line: string) => void process.stderr.write(line);
  const { logLevel } = settings.live;
  const logger = lineLogger(write, { level: logLevel, now: () => systemClock.now() });
  configuration.warn(logger);
  const daemon = new Daemon({ settings, logger, inherited: inheritedSockets(env, process.pid) });
  process.on('unhandledRejection', (error) => logger.error('unhandled rejection', { error }));
  const started = daemon.start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info('Processing signal', { signal });
      notify(env, 'STOPPING=1');
      // What has begun is finished first, so that it can be taken back in order.
      void started
        .then(() => daemon.stop())
        .then(
          () => process.exit(0),
          (error: unknown) => fail(messageOf(error)),
        );
    });
  }
  const turns = { last: started };
  process.on('SIGHUP', () => {
    turns.last = turns.last.then(() => reload(configuration, daemon, logger));
  });
  await started;
  notify(env, 'READY=1');
  logger.info('Daemon has completed initialization', { version: product.version });
}

/** A file that is wrong changes nothing. */
async function reload(
  configuration: Configuration,
  daemon: Daemon,
  logger: LevelLogger,
): Promise<void> {
  logger.info('Got signal to reload configuration', { file: configuration.file });
  try {
    const { settings, keep } = configuration.reread(logger);
    await daemon.reload(settings);
    keep();
    logger.setLevel(settings.logLevel);
    logger.info('Reloaded configuration', { settings: JSON.stringify(settings) });
  } catch (error) {
    logger.error('Error reconfiguring the daemon', { error });
  }
}

main().catch((error: unknown) => fail(`failed to start daemon: ${messageOf(error)}`));
