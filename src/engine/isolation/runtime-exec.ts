import { chownSync, readFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { AttachedStreams } from '../../api/server/backend.js';
import type { FileOwner } from '../../base/id-mapping.js';
import type { Child, Children } from '../../native/children.js';
import { type Fd, pipe } from '../../native/fd.js';
import { memoryFile } from '../../native/memfd.js';
import type { ExitStatus } from '../../native/wait.js';
import { PipeEnd } from './pipe-end.js';
import { PipeKeeper } from './pipe-keeper.js';
import { PipeOutput } from './pipe-output.js';
import { killerOf } from './process-tree.js';
import type { Runtime } from './runtime.js';

/** Where the runtime finds what it is handed. */
const fdNumbers = { process: 3, log: 4, pid: 5 };
const fdPath = (number: number) => `/proc/self/fd/${number}`;

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
/** Said of a runtime that something else has killed. */
const KILLED = 'the runtime was killed before it had answered';

/** What is to be run, and how. */
export interface RuntimeExecRequest {
  readonly runtime: Runtime;
  readonly containerId: string;
  /** JSON of the OCI process; without a terminal. */
  readonly spec: string;
  readonly openStdin: boolean;
  /**
   * Whom the pipes are to belong to, where that is not the runtime's to say: in a user namespace, in which the host's
   * root has no name.
   */
  readonly owner?: FileOwner | undefined;
  /** Makes an error of the runtime's complaint. */
  fail(complaint: string): Error;
}

/** A process that was started in a container. */
export interface RuntimeExec {
  readonly pid: number;
  readonly streams: AttachedStreams;
  readonly ended: Promise<ExitStatus>;
}

/** The pipes of a process, both ends of each. */
interface Pipes {
  readonly stdin: Ends | undefined;
  readonly stdout: Ends;
  readonly stderr: Ends;
  /** Where the runtime says what the process is numbered. */
  readonly pid: Ends;
}
type Ends = ReturnType<typeof pipe>;

/**
 * Processes in containers whose parent is the runtime, which waits for them: crun does so as well as conmon, and to
 * start a conmon takes as long as to start the process. For those without a terminal, in a PID namespace of their own:
 * in the daemon's the runtime would wait for all that they leave behind, too.
 */
export class RuntimeExecs {
  readonly #parts: { readonly children: Children; readonly shell: string };

  /** `shell`: path of a POSIX shell. */
  constructor(parts: { readonly children: Children; readonly shell: string }) {
    this.#parts = parts;
  }

  /** @throws what `request.fail` makes of the runtime's complaint */
  async start(request: RuntimeExecRequest): Promise<RuntimeExec> {
    using log = memoryFile('exec log');
    const { child, keeper, pipes } = this.#launch(request, log);
    const { stdin, stdout, stderr } = pipes;
    const output = new PipeOutput({ stdout: stdout.read, stderr: stderr.read });
    const input = stdin && inputOf(stdin.write);
    const ended = child.ended.then((status) => {
      keeper[Symbol.dispose]();
      output.end();
      input?.destroy();
      return status;
    });
    const pid = await pidFrom(pipes.pid.read, child);
    const abort = () => {
      output.abort();
      input?.destroy();
    };
    if (pid !== undefined) {
      killWith(ended, pid);
      const streams = { tty: false, chunks: output, abort, ...(input && { stdin: input }) };
      return { pid, streams, ended };
    }
    abort();
    throw request.fail(textOf(log) || KILLED);
  }

  /** Starts the runtime and who keeps the pipes with us; our ends of them remain. */
  #launch(request: RuntimeExecRequest, log: Fd) {
    const { children, shell } = this.#parts;
    const pipes = openPipes(request.openStdin);
    const { stdin, stdout, stderr, pid } = pipes;
    let child: Child | undefined;
    try {
      handOver(pipes, request.owner);
      child = this.#spawn(request, pipes, log);
      // It gets ready while the runtime does; a process that has no reader yet has not begun.
      const keeper = new PipeKeeper(children, shell, { stdout: stdout.read, stderr: stderr.read });
      return { pipes, keeper, child };
    } catch (error) {
      // Nobody has waited for it yet, so that the number is still its own.
      if (child) process.kill(child.pid, 'SIGKILL');
      for (const end of [stdin?.write, stdout.read, stderr.read, pid.read]) end?.close();
      throw error;
    } finally {
      for (const end of [stdin?.read, stdout.write, stderr.write, pid.write]) end?.close();
    }
  }

  #spawn({ runtime, containerId, spec }: RuntimeExecRequest, pipes: Pipes, log: Fd): Child {
    using specification = memoryFile('exec process');
    writeSync(specification.number, spec);
    const { path, file, globalArguments, namespace } = runtime;
    const { stdin, stdout, stderr, pid } = pipes;
    return this.#parts.children.spawn({
      file,
      argv: [
        ...[path, ...globalArguments, '--log', fdPath(fdNumbers.log), 'exec'],
        ...['--process', fdPath(fdNumbers.process), '--pid-file', fdPath(fdNumbers.pid)],
        containerId,
      ],
      env: environment,
      fds: {
        ...(stdin && { 0: stdin.read.number }),
        1: stdout.write.number,
        2: stderr.write.number,
        [fdNumbers.process]: specification.number,
        [fdNumbers.log]: log.number,
        [fdNumbers.pid]: pid.write.number,
      },
      // A signal from the terminal that the daemon was started on would be passed on to the process.
      newSession: true,
      ...(namespace ? { mntnsFd: namespace.number } : {}),
    });
  }
}

/** A process whose runtime was killed, which would have told of its end, goes, too. */
function killWith(runtime: Promise<ExitStatus>, pid: number): void {
  const kill = killerOf(pid);
  void runtime.then(({ signal }) => signal !== 0 && kill());
}

/** Both ends of a pipe are one file. */
function handOver({ stdin, stdout, stderr }: Pipes, owner: FileOwner | undefined): void {
  if (!owner) return;
  for (const ends of [stdin, stdout, stderr])
    if (ends) chownSync(fdPath(ends.read.number), owner.uid, owner.gid);
}

function openPipes(openStdin: boolean): Pipes {
  return {
    stdin: openStdin ? pipe() : undefined,
    stdout: pipe(),
    stderr: pipe(),
    pid: pipe(),
  };
}

/** What is written to it reaches the process; a process need not read it. */
function inputOf(write: Fd): Socket {
  const input = new Socket({ fd: write.release(), readable: false, writable: true });
  return input.on('error', () => {});
}

/** What the runtime says before it waits; undefined if it has ended without. What it has forked may hold the pipe. */
async function pidFrom(read: Fd, child: Child): Promise<number | undefined> {
  let tell = () => {};
  const heard = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const said = new PipeEnd(read, () => tell());
  await Promise.race([heard, child.ended]);
  said.finish();
  const pid = Number(said.next()?.toString('latin1'));
  said.drop();
  return pid > 0 ? pid : undefined;
}

function textOf(file: Fd): string {
  return readFileSync(fdPath(file.number), 'utf8');
}
