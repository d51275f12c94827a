import type { Address } from '../api/client/address.js';
import { ApiClient } from '../api/client/client.js';
import { whyAbsent } from './catalogue/absent.js';
import type { Entry } from './catalogue/entry.js';
import { catalogue, groups } from './catalogue.js';
import type { AnyCommand, Arity, Context, Input, Terminal } from './command.js';
import { StartFailure } from './commands/container/exit-code.js';
import { hoistFlags } from './completion/hoist.js';
import { chooseContext, endpointOf } from './connection/endpoint.js';
import { customHeaders } from './connection/headers.js';
import { loadUserConfig } from './connection/settings.js';
import { Failure, FlagError } from './failure.js';
import { commandHelp, groupHelp, rootHelp } from './format/usage.js';
import { parseCommandLine } from './parse/command-line.js';
import { type FlagTable, list, text, toggle } from './parse/flag.js';
import { describeError } from './report.js';
import { productVersion } from './version.js';

/** Wrong flags, and everything else that fails before a container runs. */
const badFlags = 125;

/** The program's surroundings. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly now: () => Date;
}

/** Flags before the command. */
export const globalFlags = {
  config: text('Location of client config files (default: DOCKER_CONFIG, or ~/.docker)'),
  context: text(
    'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "tsnet context use")',
    { short: 'c' },
  ),
  debug: toggle('Enable debug mode', { short: 'D' }),
  host: list('Daemon socket to connect to', { short: 'H' }),
  'log-level': text('Set the logging level ("debug", "info", "warn", "error", "fatal")', {
    short: 'l',
    initial: 'info',
  }),
  tls: toggle('Use TLS; implied by --tlsverify'),
  tlscacert: text(
    'Trust certs signed only by this CA (default: ca.pem in DOCKER_CERT_PATH or the config folder)',
  ),
  tlscert: text('Path to TLS certificate file (default: cert.pem, as above)'),
  tlskey: text('Path to TLS key file (default: key.pem, as above)'),
  tlsverify: toggle('Use TLS and verify the remote'),
  version: toggle('Print version information and quit', { short: 'v' }),
};

const logLevels = ['trace', 'debug', 'info', 'warn', 'warning', 'error', 'fatal', 'panic'];

/** Runs a command line; gives the exit code. */
export async function runProgram(words: readonly string[], around: Surroundings): Promise<number> {
  const { stdout, stderr } = around.terminal;
  try {
    return await dispatch(words, around);
  } catch (error) {
    if (error instanceof FlagError) {
      const hint = `Usage:  tsnet [OPTIONS] COMMAND [ARG...]\n\nRun 'tsnet --help' for more information`;
      stderr.write(`${error.message}\n\n${hint}\n`);
      return badFlags;
    }
    if (error instanceof Help) {
      (error.wanted ? stdout : stderr).write(error.message);
      return 0;
    }
    stderr.write(`${describeError(error)}\n`);
    return error instanceof Failure ? error.exitCode : 1;
  }
}

/** Help instead of work. `wanted` if the user asked for it. */
class Help extends Error {
  readonly wanted: boolean;

  constructor(message: string, wanted: boolean) {
    super(message);
    this.wanted = wanted;
  }
}

async function dispatch(words: readonly string[], around: Surroundings): Promise<number> {
  const { terminal } = around;
  const warn = (line: string) => void terminal.stdout.write(`${line}\n`);
  const line = hoistFlags(words, globalFlags);
  const global = parseCommandLine(line, globalFlags, { optionsFirst: true, warn });
  if (!global) throw new Help(rootHelp(globalFlags, terminal.columns), true);
  if (global.flags.version) {
    terminal.stdout.write(`tsnet version ${productVersion}\n`);
    return 0;
  }
  if (!logLevels.includes(global.flags['log-level'])) {
    throw new Failure(`Unable to parse logging level: ${global.flags['log-level']}`);
  }
  const { entry, name, rest } = findEntry(helpLast(global.args), terminal);
  const isLocal = /^(context|completion) |^__complete$/.test(entry.names[0]);
  const { context, failure } = await contextOf(global, around, isLocal);
  // Asks for the daemon's version while the command is still being loaded; who needs the answer sees the error.
  if (!failure && !isLocal) context.api.version().catch(() => undefined);
  const command = await entry.load();
  const input = parseInput(command, { entry, name, rest }, terminal, warn);
  if (typeof input === 'number') return input;
  if (failure && !isLocal) throw failure;
  return runCommand(command, { name, context, input });
}

/** `help network ls` is `network ls --help`. @throws Failure if there is no such command */
function helpLast(args: readonly string[]): readonly string[] {
  const [first, ...topic] = args;
  if (first !== 'help') return args;
  if (topic.length === 0) return [];
  const [word] = topic;
  const known = Object.keys(groups).concat(catalogue.flatMap(({ names }) => names));
  if (!known.includes(word ?? '')) throw new Failure(`unknown help topic: ${topic.join(' ')}`);
  return [...topic, '--help'];
}

interface Found {
  readonly entry: Entry;
  /** As the user called it: `ps`, `network ls`. */
  readonly name: string;
  readonly rest: readonly string[];
}

/** @throws Help, Failure */
function findEntry(args: readonly string[], terminal: Terminal): Found {
  const { columns } = terminal;
  if (args[0] === undefined) throw new Help(rootHelp(globalFlags, columns), true);
  const group = findGroup(args);
  const next = args[group.length];
  const groupName = group.join(' ');
  const summary = groups[groupName];
  if (summary !== undefined) {
    if (next === undefined || next === '--help' || next === '-h')
      throw new Help(groupHelp(groupName, summary), next !== undefined);
    if (next.startsWith('-')) throw new FlagError(`unknown flag: ${next}`);
  }
  const name = [...group, next].join(' ');
  const entry = catalogue.find(({ names }) => names.includes(name));
  if (entry) return { entry, name, rest: args.slice(group.length + 1) };
  // Docker says it of this group alone.
  const rest = groupName === 'volume' ? ' COMMAND' : '';
  const usage = summary === undefined ? '' : `Usage:  tsnet ${groupName}${rest}\n\n`;
  const help = summary === undefined ? 'tsnet --help' : `tsnet ${groupName} --help`;
  const why = whyAbsent(name);
  const reason = why === undefined ? '' : `${why}\n\n`;
  throw new Failure(
    `tsnet: unknown command: tsnet ${name}\n\n${reason}${usage}Run '${help}' for more information`,
  );
}

/** The words that name the innermost group; none for a command of its own. */
function findGroup(args: readonly string[]): string[] {
  const group: string[] = [];
  for (const word of args) {
    if (groups[[...group, word].join(' ')] === undefined) break;
    group.push(word);
  }
  return group;
}

/** The parsed input, or the exit code if there is nothing to run. @throws Help, Failure */
function parseInput(
  command: AnyCommand,
  { entry, name, rest }: Found,
  { columns, stderr }: Terminal,
  warn: (line: string) => void,
): Input<FlagTable> | number {
  const usage = `Usage:  tsnet ${name} ${command.usage}`;
  try {
    const optionsFirst = command.optionsFirst ?? false;
    const input = parseCommandLine(rest, command.flags, { optionsFirst, warn });
    if (!input) throw new Help(commandHelp(command, { entry, name, columns }), true);
    const problem = arityProblem(command.arity, input.args.length);
    if (problem === undefined) return input;
    const hint = `${problem.see} 'tsnet ${name} --help' for more information`;
    throw new Failure(`tsnet: 'tsnet ${name}' ${problem.text}\n\n${usage}\n\n${hint}`);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    stderr.write(
      `${error.message}\n\n${usage}\n\nRun 'tsnet ${name} --help' for more information\n`,
    );
    return badFlags;
  }
}

/** What is wrong with the number of arguments; Docker's hint begins with one word or another. */
function arityProblem(
  { least, most = Number.POSITIVE_INFINITY }: Arity,
  count: number,
): { text: string; see: 'See' | 'Run' } | undefined {
  if (count >= least && count <= most) return undefined;
  const s = (number: number) => (number === 1 ? '' : 's');
  if (most === 0) return { text: 'accepts no arguments', see: 'Run' };
  if (least === most) return { text: `requires ${least} argument${s(least)}`, see: 'Run' };
  if (count < least && most === Number.POSITIVE_INFINITY) {
    return { text: `requires at least ${least} argument${s(least)}`, see: 'See' };
  }
  if (least === 0) return { text: `requires at most ${most} argument${s(most)}`, see: 'Run' };
  return { text: `requires at least ${least} and at most ${most} arguments`, see: 'Run' };
}

/** `failure`: why the daemon can't be found. Commands that don't need it do their work all the same. @throws Failure */
async function contextOf(
  { flags }: Input<typeof globalFlags>,
  { env, terminal, now }: Surroundings,
  isLocal: boolean,
): Promise<{ context: Context; failure?: Error }> {
  const wish = { ...flags, env, isLocal };
  const chosen = chooseContext(wish);
  const { config, problem } = loadUserConfig(chosen.folder);
  if (problem !== undefined) terminal.stderr.write(`WARNING: ${problem}\n`);
  const headers = customHeaders(config, env);
  const version = env['DOCKER_API_VERSION'];
  const contextAt = (address: Address): Context => ({
    api: new ApiClient({ address, headers, ...(version && { version }) }),
    config,
    terminal,
    env,
    now,
    debug: flags.debug,
    chosen,
  });
  try {
    return { context: contextAt(await endpointOf(wish, chosen)) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { context: contextAt({ host: '', path: '' }), failure: error };
  }
}

async function runCommand(
  command: AnyCommand,
  { name, context, input }: { name: string; context: Context; input: Input<FlagTable> },
): Promise<number> {
  try {
    // The input was made by the command's own table of flags.
    return (await command.run(context, input as never)) ?? 0;
  } catch (error) {
    if (!command.runsContainer || error instanceof Failure) throw error;
    const exitCode = error instanceof StartFailure ? error.exitCode : badFlags;
    const text = `tsnet: ${describeError(error)}\n\nRun 'tsnet ${name} --help' for more information`;
    throw new Failure(text, exitCode);
  }
}
