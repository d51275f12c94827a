import { check, libc } from './libc.js';

const waitidNative = libc.fn<
  (type: number, id: number, info: Uint8Array, options: number) => number
>('int waitid(int idtype, uint32_t id, void *info, int options)');

const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
/** si_code of siginfo_t: how the child ended. */
const CLD_EXITED = 1;

/** How a process ended. */
export interface ExitStatus {
  /** Exit code; for one killed by a signal 128 + signal, as shells and Docker count. */
  readonly code: number;
  /** Number of the signal that killed it, or 0. */
  readonly signal: number;
}

/**
 * Reaps our child `pid` if it has ended, without waiting; undefined if it runs on (waitid(2)).
 * @throws SyscallError ECHILD if it is no child of ours or was reaped before
 */
export function reap(pid: number): ExitStatus | undefined {
  const info = Buffer.alloc(128);
  check('waitid', waitidNative(P_PID, pid, info, WNOHANG | WEXITED), `pid ${pid}`);
  return decodeExit(info);
}

/** Reads `siginfo_t { int si_signo, si_errno, si_code, pad; pid_t si_pid; uid_t si_uid; int si_status; }`. */
export function decodeExit(info: Buffer): ExitStatus | undefined {
  if (info.readInt32LE(16) === 0) return undefined;
  const status = info.readInt32LE(24);
  const exited = info.readInt32LE(8) === CLD_EXITED;
  return exited ? { code: status, signal: 0 } : { code: 128 + status, signal: status };
}
