import { constants, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path/posix';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child, Children } from '../../native/children.js';
import { Fd, pipe } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import { type ConmonOptions, conmonCommand, RUNTIME_LOG } from './conmon-command.js';
import { LostRuntime } from './lost-runtime.js';
import { killerOf } from './process-tree.js';
import type { Runtime } from './runtime.js';
import { type SyncMessage, SyncPipe } from './sync-pipe.js';

/** The descriptors that conmon is told of by its environment. */
const fdNumbers = { sync: 3, start: 4, attach: 5 };
/** Where it finds the runtime's program, and hands it on, if that is a descriptor of ours. */
const RUNTIME_FD = 6;

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  // Log lines carry local time: let it be UTC.
  TZ: 'UTC',
};

/** What to supervise; the rest of conmon's options is the same for all. */
export type Supervision = Omit<ConmonOptions, 'conmon' | 'runtime' | 'runtimeArguments'> & {
  readonly runtime: Runtime;
};

const CONMON_LOG = 'conmon.log';
const WRITE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;

/** What conmon reads from its start pipe; any byte will do. */
const GO = Buffer.of(0);
/** 128 + SIGKILL: what is said of a process whose conmon was killed. */
const LOST = 137;

/** How long a runtime may take that does not get on; what is left of it, who deletes kills. */
const CREATE_MS = 60_000;
/** Said of one that something else has killed. */
const LOST_RUNTIME = 'the runtime was killed before it had answered';

/** The caller's part in an exec. */
export interface ExecSteps<T> {
  /** Called when conmon can be attached to and nothing runs yet. */
  attach(): T;
  /** Makes an error of the runtime's complaint. */
  fail(complaint: string): Error;
}

/** A process that was started in a container. */
export interface StartedExec<T> {
  readonly pid: number;
  readonly streams: T;
  readonly exitCode: Promise<number>;
}

/** What conmon is started with. */
export interface ConmonParts {
  readonly path: string;
  readonly children: Children;
  /** How long to wait for the answer to a `create`. Default: a minute. */
  readonly createMs?: number;
}

/** Starts conmon, which detaches and outlives us. */
export class Conmon {
  readonly #deps: Required<ConmonParts>;

  constructor(parts: ConmonParts) {
    this.#deps = { createMs: CREATE_MS, ...parts };
  }

  /**
   * Has the runtime create a container. @returns its first process, waiting to be let go
   * @throws what `fail` makes of the runtime's complaint
   */
  async create(options: Supervision, fail: (complaint: string) => Error): Promise<number> {
    const { read, write } = pipe();
    using sync = new SyncPipe(read);
    try {
      const env = { _OCI_SYNCPIPE: String(fdNumbers.sync) };
      this.#spawn(options, env, { [fdNumbers.sync]: write.number });
    } finally {
      write.close();
    }
    const { createMs } = this.#deps;
    const answer = await within(createMs, this.#answer(sync, options.folder));
    if (answer === 'late')
      throw fail(`the runtime has not answered for ${createMs / 1000} seconds`);
    if (answer.data > 0) return answer.data;
    throw fail(answer.message || complaintIn(options.folder));
  }

  /** Has the runtime start a process in a running container. @throws what `steps.fail` makes of the runtime's complaint */
  async exec<T extends { abort(): void }>(
    options: Supervision,
    steps: ExecSteps<T>,
  ): Promise<StartedExec<T>> {
    const { sync, start, attached } = this.#spawnExec(options);
    using gate = start;
    try {
      // Twice: the first lets conmon begin, the second says that we are attached.
      writeSync(gate.number, GO);
      if (!(await ready(attached))) throw steps.fail('conmon ended before it could exec');
      const streams = steps.attach();
      writeSync(gate.number, GO);
      const answer = await this.#answer(sync, options.folder);
      if (answer.data > 0) {
        return { pid: answer.data, streams, exitCode: exitCodeFrom(sync, answer.data) };
      }
      streams.abort();
      throw steps.fail(answer.message || complaintIn(options.folder));
    } catch (error) {
      sync[Symbol.dispose]();
      throw error;
    }
  }

  /** What has become of the runtime's work. One without a message has failed for a reason that is in its log, if anywhere. */
  async #answer(sync: SyncPipe, folder: string): Promise<SyncMessage> {
    using lost = new LostRuntime(this.#deps.path, folder);
    const answer = await sync.next();
    return lost.isLost ? { data: -1, message: LOST_RUNTIME } : (answer ?? { data: -1 });
  }

  #spawnExec(options: Supervision): { sync: SyncPipe; start: Fd; attached: SyncPipe } {
    const [sync, start, attached] = [pipe(), pipe(), pipe()];
    const variables = {
      _OCI_SYNCPIPE: String(fdNumbers.sync),
      _OCI_STARTPIPE: String(fdNumbers.start),
      _OCI_ATTACHPIPE: String(fdNumbers.attach),
    };
    try {
      this.#spawn(options, variables, {
        [fdNumbers.sync]: sync.write.number,
        [fdNumbers.start]: start.read.number,
        [fdNumbers.attach]: attached.write.number,
      });
    } catch (error) {
      for (const end of [sync.read, start.write, attached.read]) end.close();
      throw error;
    } finally {
      for (const end of [sync.write, start.read, attached.write]) end.close();
    }
    return {
      sync: new SyncPipe(sync.read),
      start: start.write,
      attached: new SyncPipe(attached.read),
    };
  }

  #spawn(
    { runtime, ...options }: Supervision,
    variables: Readonly<Record<string, string>>,
    fds: Readonly<Record<number, number>>,
  ): Child {
    const { path, children } = this.#deps;
    const { image } = runtime;
    // Until it detaches conmon writes its own complaints there, e.g. about the log file.
    using errors = Fd.open(join(options.folder, CONMON_LOG), WRITE_NEW, 0o600);
    return children.spawn({
      file: path,
      argv: conmonCommand({
        conmon: path,
        runtime: image ? `/proc/self/fd/${RUNTIME_FD}` : runtime.path,
        runtimeArguments: runtime.globalArguments,
        ...options,
      }),
      env: { ...environment, ...variables },
      cwd: options.folder,
      fds: { ...fds, 2: errors.number, ...(image && { [RUNTIME_FD]: image.number }) },
      ...(runtime.namespace ? { mntnsFd: runtime.namespace.number } : {}),
    });
  }
}

/** The outcome of `work`, or `late`. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  const abort = new AbortController();
  const late = delay(milliseconds, 'late' as const, { signal: abort.signal });
  try {
    return await Promise.race([work, late]);
  } finally {
    abort.abort();
    late.catch(() => {});
  }
}

/** What the runtime wrote to its log, or conmon to its standard error. */
function complaintIn(folder: string): string {
  return textOf(join(folder, RUNTIME_LOG)) || textOf(join(folder, CONMON_LOG));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  }
}

async function ready(messages: SyncPipe): Promise<boolean> {
  using pipe = messages;
  return (await pipe.next()) !== undefined;
}

/** A process whose conmon was killed has lost its pipes, and nobody would see its end: it goes, too. */
async function exitCodeFrom(messages: SyncPipe, pid: number): Promise<number> {
  using sync = messages;
  const kill = killerOf(pid);
  const message = await sync.next();
  if (!message) kill();
  return message ? message.data & 0xff : LOST;
}
