import { readFileSync } from 'node:fs';
import { isErrno } from '../../native/libc.js';
import { parseStartTime } from '../../native/pidfd.js';
import type { ProcessRecord } from './container-record.js';

/** What /proc/<pid>/stat says of a process. */
export interface ProcessState {
  readonly startTime: string;
  readonly parent: number;
  /** Ended, but not yet waited for by its parent. */
  readonly isZombie: boolean;
}

/** Looks at a process; undefined if there is none. */
export function processState(pid: number): ProcessState | undefined {
  try {
    return parseState(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

/** Whether exactly this process still runs. */
export function isRunning({ pid, startTime }: ProcessRecord): boolean {
  const state = processState(pid);
  return state !== undefined && state.startTime === startTime && !state.isZombie;
}

/** Reads fields 3, 4 and 22 of proc_pid_stat(5). */
export function parseState(stat: string): ProcessState {
  const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    startTime: String(parseStartTime(stat)),
    parent: Number(parent),
    isZombie: state === 'Z' || state === 'X',
  };
}
