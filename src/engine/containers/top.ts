import { readFile } from 'node:fs/promises';
import type { ContainerTop } from '../../api/types/container.js';
import { Conflict, System } from '../../base/errors.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';

/** Runs the host's `ps`; replaced in tests. */
export type RunPs = (args: readonly string[]) => Promise<string>;

/** The processes of a container, as the host's `ps` shows them. */
export async function topContainer(
  context: ContainersContext,
  container: Container,
  psArgs: string,
  runPs: RunPs,
): Promise<ContainerTop> {
  if (!container.run) throw new Conflict(`container ${container.id} is not running`);
  const args = psArgs.split(/\s+/).filter((arg) => arg !== '');
  const pids = new Set(await context.launcher.pids(container.id));
  return parsePs(await runPs(args.length > 0 ? args : ['-ef']), pids);
}

/** Keeps the lines whose PID column is one of `pids`. The last column takes the rest of the line. */
export function parsePs(output: string, pids: ReadonlySet<number>): ContainerTop {
  const [header = '', ...lines] = output.split('\n').filter((line) => line.trim() !== '');
  const titles = header.trim().split(/\s+/);
  const pidColumn = titles.indexOf('PID');
  if (pidColumn < 0) throw new System("couldn't find PID field in ps output");
  const rows = lines.map((line) => splitColumns(line.trim(), titles.length));
  return { Titles: titles, Processes: rows.filter((row) => pids.has(Number(row[pidColumn]))) };
}

function splitColumns(line: string, count: number): string[] {
  const words = line.split(/\s+/);
  return [...words.slice(0, count - 1), words.slice(count - 1).join(' ')];
}

/** `ps` for machines without one: pid, parent and command line from `/proc`. */
export async function procTop(pids: readonly number[]): Promise<ContainerTop> {
  const Processes = await Promise.all(
    pids.map(async (pid) => {
      const [stat, command] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8'),
        readFile(`/proc/${pid}/cmdline`, 'utf8'),
      ]);
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
      return [String(pid), parent, command.replaceAll('\0', ' ').trim()];
    }),
  );
  return { Titles: ['PID', 'PPID', 'CMD'], Processes };
}
