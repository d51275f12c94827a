import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isErrno } from '../../native/libc.js';
import { type ProcessId, signalProcess } from '../../native/pidfd.js';
import { processState } from './processes.js';

/** How often to look again, and how long between two looks: what is killed goes within milliseconds. */
const TRIES = 200;
const PAUSE_MS = 10;
const SIGKILL = 9;

/**
 * Kills what makes a container and was left alone with it by a daemon that died: conmon, the runtime, and the
 * container's first process, which is a copy of the runtime until its program is let run. All of them have the
 * container's folder on their command line. Resolves when there is none any more.
 * @param programs paths of conmon and of the runtime; nothing else is killed
 */
export async function killMakers(folder: string, programs: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const makers = makersIn(folder, programs);
    if (makers.length === 0) return;
    for (const maker of makers) signalProcess(maker, SIGKILL);
    await delay(PAUSE_MS);
  }
}

/** Processes of these programs with the folder on their command line. */
export function makersIn(folder: string, programs: readonly string[]): Required<ProcessId>[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).flatMap((pid) => {
    const [program = '', ...words] = commandLine(pid);
    const isMaker = programs.includes(program) && words.some((word) => mentions(word, folder));
    const state = isMaker ? processState(pid) : undefined;
    return state && !state.isZombie ? [{ pid, startTime: BigInt(state.startTime) }] : [];
  });
}

/** `--log=/folder/file`, `/folder`, but not `/folder2`. */
function mentions(word: string, folder: string): boolean {
  return word === folder || word.includes(`${folder}/`);
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return [];
    throw error;
  }
}
