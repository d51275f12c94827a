import { readFileSync } from 'node:fs';
import { Fd } from './fd.js';
import { check, isErrno, libc } from './libc.js';

const c = {
  open: libc.fn<(number: number, pid: number, flags: number) => number>(
    'int64_t syscall(int64_t number, int pid, uint32_t flags)',
  ),
  sendSignal: libc.fn<
    (number: number, pidfd: number, signal: number, info: null, flags: number) => number
  >('int64_t syscall(int64_t number, int pidfd, int sig, void *info, uint32_t flags)'),
};

/** System call numbers, the same on every architecture. */
const SYS_pidfd_send_signal = 424;
const SYS_pidfd_open = 434;

/** A process for certain: pids are used again, pid and start time together are not. */
export interface ProcessId {
  readonly pid: number;
  /** Of {@link processStartTime}. Left out: whatever has the pid now. */
  readonly startTime?: bigint;
}

/** When the process started, in clock ticks since boot; undefined if there is none (field 22 of proc_pid_stat(5)). */
export function processStartTime(pid: number): bigint | undefined {
  try {
    return parseStartTime(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

/** Reads field 22; the name of the program, field 2, stands in parentheses and may hold both of them and spaces. */
export function parseStartTime(stat: string): bigint {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return BigInt(afterName[22 - 3] ?? '0');
}

/** A descriptor of a process (pidfd_open(2)); undefined if it is gone or its pid is someone else's now. */
export function openProcess({ pid, startTime }: ProcessId): Fd | undefined {
  let fd: Fd;
  try {
    fd = new Fd(check('pidfd_open', Number(c.open(SYS_pidfd_open, pid, 0)), `pid ${pid}`));
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return undefined;
    throw error;
  }
  // Only now: while we hold the descriptor of a living process its pid can't go to another one unnoticed.
  if (startTime === undefined || processStartTime(pid) === startTime) return fd;
  fd.close();
  return undefined;
}

/**
 * Sends a signal to exactly this process (pidfd_send_signal(2)). Signal 0 only asks whether it is there; a
 * zombie still is. @returns whether the process was there @throws SyscallError EPERM, EINVAL
 */
export function signalProcess(process: ProcessId, signal: number): boolean {
  using fd = openProcess(process);
  if (!fd) return false;
  try {
    const result = c.sendSignal(SYS_pidfd_send_signal, fd.number, signal, null, 0);
    check('pidfd_send_signal', Number(result), `pid ${process.pid}`);
    return true;
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
    throw error;
  }
}
