import { readFileSync } from 'node:fs';
import { isErrno } from '../../native/libc.js';
import { type ProcessId, processStartTime } from '../../native/pidfd.js';
import { makersIn } from './makers.js';
import { childrenOf, killTree } from './process-tree.js';

/** Ordinary work of a runtime is done by then, and nothing was looked at. */
const FIRST_LOOK_MS = 1000;
/** Between two looks; twice the same is no coincidence. */
const LOOK_MS = 250;

/**
 * While conmon has a runtime work: sees to it that there is an end if the runtime alone is killed. conmon then reads
 * what the runtime has complained of, to the end, and that does not come as long as something lives that the runtime
 * has forked: the container's first process waits to be let go, for ever. That is killed here, and conmon goes on.
 */
export class LostRuntime implements Disposable {
  readonly #conmon: string;
  readonly #folder: string;
  readonly #timers = new Set<NodeJS.Timeout>();
  #monitors: readonly Required<ProcessId>[] = [];
  #waited: ReadonlySet<number> = new Set();
  #isLost = false;

  /** `conmon`: its path; `folder`: the one that this very conmon works in. */
  constructor(conmon: string, folder: string) {
    this.#conmon = conmon;
    this.#folder = folder;
    this.#lookAfter(FIRST_LOOK_MS);
  }

  /** Whether the runtime was found to be gone and what it had forked was killed. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Looks no more. */
  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #lookAfter(ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#lookAfter(LOOK_MS);
      this.#look();
    }, ms);
    this.#timers.add(timer);
  }

  #look(): void {
    // The one that was started forks the one that stays.
    if (!this.#monitors.some(isThere)) this.#monitors = makersIn(this.#folder, [this.#conmon]);
    const waiting = this.#monitors.filter(readsLastWords).map(({ pid }) => pid);
    for (const pid of waiting.filter((one) => this.#waited.has(one))) {
      this.#isLost = true;
      for (const child of childrenOf(pid)) killTree(child);
    }
    this.#waited = new Set(waiting);
  }
}

/**
 * Whether it sleeps in a read from a pipe. It waits for its runtime by waitpid(2), or for a terminal by poll(2), and
 * afterwards reads from no other pipe that is empty. The kernel's name for the place is `pipe_read` or
 * `anon_pipe_read` (proc_pid_wchan(5)); where it tells none nobody is taken for lost.
 */
function readsLastWords(monitor: Required<ProcessId>): boolean {
  try {
    const place = readFileSync(`/proc/${monitor.pid}/wchan`, 'latin1');
    return place.endsWith('pipe_read') && isThere(monitor);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return false;
    throw error;
  }
}

function isThere({ pid, startTime }: Required<ProcessId>): boolean {
  return processStartTime(pid) === startTime;
}
