import { readdirSync, readFileSync } from 'node:fs';

/** Kills the processes whose command line names something below the folder, such as monitors, and their children. */
export function killAllOf(folder: string): void {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of pids.filter((pid) => read(`/proc/${pid}/cmdline`).includes(`${folder}/`))) {
    const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
    for (const one of [...children, pid]) kill(Number(one));
  }
}

/** A file of a process; empty when that has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
