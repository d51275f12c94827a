import { readdirSync, readFileSync } from 'node:fs';
import { isErrno } from '../../native/libc.js';
import { processStartTime, signalProcess } from '../../native/pidfd.js';

const SIGKILL = 9;

/** Kills a process with all that it has started, the eldest first so that it can't start more. Gone is fine. */
export function killTree(pid: number): void {
  const startTime = processStartTime(pid);
  if (startTime === undefined) return;
  const children = childrenOf(pid);
  signalProcess({ pid, startTime }, SIGKILL);
  for (const child of children) killTree(child);
}

/** Remembers a process. @returns what kills it with all that it has started, and never another that has its number by then */
export function killerOf(pid: number): () => void {
  const startTime = processStartTime(pid);
  return () => {
    if (startTime !== undefined && processStartTime(pid) === startTime) killTree(pid);
  };
}

/** /proc/<pid>/task/<tid>/children of proc(5). None if there is no such process. */
export function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return [];
    throw error;
  }
}
