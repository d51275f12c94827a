import { spawn } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';
import { summarize } from './report/statistics.js';
import { format, renderTable } from './report/table.js';

/** The line about the machine that comes before everything. */
export function machineLine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'unknown';
  return `Linux ${release()}, ${cores.length} cores (${model}), node ${process.version}, ${loadLine()}`;
}

/** The load of the last 1, 5 and 15 minutes: numbers taken above the number of cores are worth less. */
export function loadLine(): string {
  return `load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}`;
}

const programs = [
  { title: 'spawn of /bin/true', argv: ['/bin/true'] },
  { title: 'spawn of node -e 0', argv: [process.execPath, '-e', '0'] },
];

/** What starting a program costs here, whatever it does: no engine can be faster. */
export async function floor(samples: number): Promise<string> {
  const rows: string[][] = [];
  for (const { title, argv } of programs) {
    const times: number[] = [];
    for (let number = 0; number < samples; number++) times.push(await spawnMs(argv));
    const { median, min, max } = summarize(times) ?? {};
    rows.push([title, format(median, 'ms'), format(min, 'ms'), format(max, 'ms')]);
  }
  return renderTable([['floor', 'median ms', 'min', 'max'], ...rows]);
}

function spawnMs([program = '', ...args]: readonly string[]): Promise<number> {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(program, args, { stdio: 'ignore', env });
    child.on('error', reject);
    child.on('exit', () => resolve(performance.now() - begin));
  });
}
