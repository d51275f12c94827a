import type { ContainerTop } from '../../api/types/container.js';
import { Conflict, System } from '../../base/errors.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';

/** What came of a run of `ps`. */
export interface PsResult {
  /** Undefined if it was killed. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the host's `ps`, without a shell; replaced in tests. */
export type RunPs = (args: readonly string[]) => Promise<PsResult>;

/** The processes of a container, as the host's `ps` shows them. @throws Conflict, System in Docker's words */
export async function topContainer(
  context: ContainersContext,
  container: Container,
  psArgs: string,
  runPs: RunPs,
): Promise<ContainerTop> {
  const wanted = psArgs === '' ? '-ef' : psArgs;
  checkPsArgs(wanted);
  if (!container.run) throw new Conflict(`Container ${container.id} is not running`);
  if (container.status === 'restarting') {
    throw new Conflict(
      `Container ${container.id} is restarting, wait until the container is running`,
    );
  }
  const pids = await context.launcher.pids(container.id);
  const shown = parsePs(await psOutput(runPs, wanted.split(' '), pids), new Set(pids));
  context.emit({ action: 'top', container: container.record });
  return shown;
}

/** A column that is called PID but is another would give other containers' processes away. @throws System in Docker's words */
function checkPsArgs(psArgs: string): void {
  for (const [, column = '', title = ''] of psArgs.matchAll(/\s+([^\s]*)=\s*(PID[^\s]*)/g)) {
    if (column !== 'pid') throw new System(`specifying "${column}=${title}" is not allowed`);
  }
}

async function psOutput(
  runPs: RunPs,
  args: readonly string[],
  pids: readonly number[],
): Promise<string> {
  const quick = await runPs([...args, `-q${pids.join(',')}`]);
  if (quick.code === 0) return quick.stdout;
  // Some options, such as f, don't go with q.
  const all = await runPs(args);
  if (all.code === 0) return all.stdout;
  const reason = all.stderr.split('\n')[0] || `exit status ${all.code ?? 'unknown'}`;
  throw new System(`ps: ${reason}`);
}

/**
 * Keeps the lines whose PID column is one of `pids`, and those of their threads (`-` as the pid, by option m). The
 * last column takes the rest of the line. @throws System in Docker's words
 */
export function parsePs(output: string, pids: ReadonlySet<number>): ContainerTop {
  const [header = '', ...lines] = output.split('\n');
  const titles = fields(header);
  const pidColumn = titles.indexOf('PID');
  if (pidColumn < 0) throw new System("Couldn't find PID field in ps output");
  const processes: string[][] = [];
  let isOurs = false;
  for (const line of lines.filter((one) => one !== '')) {
    const words = fields(line);
    const pid = words[pidColumn] ?? '';
    if (pid !== '-') isOurs = pids.has(pidOf(pid));
    if (!isOurs) continue;
    const last = titles.length - 1;
    processes.push([...words.slice(0, last), words.slice(last).join(' ')]);
  }
  return { Titles: titles, Processes: processes };
}

function pidOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const reason = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw new System(`Unexpected pid '${text}': ${reason}`);
}

/** Of ASCII blanks only: others may be part of a command. */
function fields(line: string): string[] {
  return line.split(/[\t\n\f\r ]+/).filter((word) => word !== '');
}
