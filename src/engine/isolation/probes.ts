import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path/posix';
import { setTimeout as delay } from 'node:timers/promises';
import { System } from '../../base/errors.js';
import { longestMs } from '../../base/timers.js';
import type { Child, Children } from '../../native/children.js';
import { Fd, pipe } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import type { ContainerRecords } from './container-record.js';
import type { ProbeOutcome, ProbeRequest } from './contract.js';
import { SPEC_FILE } from './deletion.js';
import { execProcess } from './exec-process.js';
import { type HostFacts, readAccounts } from './host-facts.js';
import { type OciSpec, specText } from './oci.js';
import { killTree } from './process-tree.js';
import type { Runtime } from './runtime.js';
import { runtimeError } from './runtime-errors.js';

const MAX_OUTPUT_BYTES = 4096;
/** What Docker gives the runtime to start one. */
const START_MS = 30_000;
/** How long output is waited for after the end: what it left behind may hold the pipe for ever. */
const GRACE_MS = 50;
/** Exit code of a runtime that could not start the program. */
const NOT_STARTED = [126, 127, 255, 1];
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const runtimeLog = 'runtime.log';

/** Files of one probe. */
interface Files {
  readonly folder: string;
  readonly process: string;
  readonly pid: string;
  readonly log: string;
}

/** What probes are run with. */
export interface ProbeParts {
  /** The runtime of a container. */
  runtimeOf(id: string): Runtime;
  readonly records: ContainerRecords;
  readonly facts: HostFacts;
  readonly children: Children;
}

/**
 * Commands in containers whose output is small and whom nobody attaches to. The runtime is called without a conmon
 * between, which would only outlive the daemon's interest in them.
 */
export class RuntimeProbes {
  readonly #parts: ProbeParts;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
  }

  /** @throws NotFound if the container is gone, InvalidParameter or System if the command can't be started */
  async run(request: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome> {
    const files = this.#prepare(request);
    try {
      return await this.#runIn(files, request, signal);
    } finally {
      rmSync(files.folder, { recursive: true, force: true });
    }
  }

  async #runIn(files: Files, request: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome> {
    const { child, output } = this.#spawn(files, request);
    const kill = () => killTree(pidIn(files.pid) ?? child.pid);
    signal.addEventListener('abort', kill);
    try {
      const timedOut = !(await endsInTime(child, files, request.timeoutMs));
      if (timedOut) kill();
      const { code } = await child.ended;
      await Promise.race([output.end, delay(GRACE_MS)]);
      if (!timedOut && NOT_STARTED.includes(code)) refuseUnstarted(files, request);
      return { exitCode: code, output: output.text(), timedOut };
    } finally {
      signal.removeEventListener('abort', kill);
      output.close();
    }
  }

  #prepare(request: ProbeRequest): Files {
    const { facts, records } = this.#parts;
    const { runDir, init } = records.get(request.containerId);
    const folder = join(runDir, request.execId);
    const { process }: OciSpec = JSON.parse(readFileSync(join(runDir, SPEC_FILE), 'utf8'));
    const accounts = readAccounts(`/proc/${init.pid}/root`);
    const { capabilities } = facts;
    const wanted = { ...request, tty: false, openStdin: false, privileged: false };
    const text = specText(execProcess(wanted, { container: process, accounts, capabilities }));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const files: Files = {
      folder,
      process: join(folder, 'process.json'),
      pid: join(folder, 'pid'),
      log: join(folder, runtimeLog),
    };
    writeFileSync(files.process, text);
    return files;
  }

  #spawn(files: Files, { containerId }: ProbeRequest): { child: Child; output: LimitedOutput } {
    const { children } = this.#parts;
    const runtime = this.#parts.runtimeOf(containerId);
    const { read, write } = pipe();
    using silence = Fd.open('/dev/null', 0);
    const options = [
      '--log',
      files.log,
      'exec',
      '--process',
      files.process,
      '--pid-file',
      files.pid,
    ];
    const argv = [runtime.path, ...runtime.globalArguments, ...options, containerId];
    try {
      const child = children.spawn({
        file: runtime.file,
        argv,
        env: environment,
        fds: { 0: silence.number, 1: write.number, 2: write.number },
        ...(runtime.namespace ? { mntnsFd: runtime.namespace.number } : {}),
      });
      return { child, output: new LimitedOutput(read) };
    } catch (error) {
      read.close();
      throw error;
    } finally {
      write.close();
    }
  }
}

/** Its time counts from when it runs, which the file with its pid tells; the runtime has a time of its own before. */
async function endsInTime(child: Child, files: Files, timeoutMs: number): Promise<boolean> {
  const abort = new AbortController();
  const over = child.ended.then(() => true);
  const after = (ms: number) => delay(Math.min(ms, longestMs), false, { signal: abort.signal });
  try {
    if (await Promise.race([over, after(timeoutMs)])) return true;
    if (pidIn(files.pid) !== undefined) return false;
    return await Promise.race([over, after(START_MS)]);
  } finally {
    abort.abort();
  }
}

function pidIn(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'latin1').trim());
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A program that ran and failed has a pid, and the runtime no complaint. @throws what the runtime complains of */
function refuseUnstarted(files: Files, { args }: ProbeRequest): void {
  if (pidIn(files.pid) !== undefined) return;
  let complaint = '';
  try {
    complaint = readFileSync(files.log, 'utf8');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  if (complaint === '') throw new System(`the probe ${args.join(' ')} could not be started`);
  throw runtimeError('exec', complaint, args[0] ?? '');
}

/** Keeps the first bytes of what comes from a pipe, and reads the rest too: who writes must not have to wait. */
class LimitedOutput {
  readonly end: Promise<void>;
  readonly #socket: Socket;
  #kept = Buffer.alloc(0);
  #truncated = false;

  constructor(fd: Fd) {
    this.#socket = new Socket({ fd: fd.release(), readable: true, writable: false });
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', () => {});
    this.end = new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  text(): string {
    return `${this.#kept.toString('utf8')}${this.#truncated ? '...' : ''}`;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const room = MAX_OUTPUT_BYTES - this.#kept.length;
    if (room > 0) this.#kept = Buffer.concat([this.#kept, chunk.subarray(0, room)]);
    if (chunk.length > room) this.#truncated = true;
  }
}
