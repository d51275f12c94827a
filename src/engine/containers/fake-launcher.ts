import { EventEmitter, once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import type { AttachedStreams, OutputChunk, TtySize } from '../../api/server/backend.js';
import type { HostConfig } from '../../api/types/container.js';
import { Conflict, InvalidParameter, NotFound } from '../../base/errors.js';
import type {
  ExecRequest,
  Exit,
  LaunchedExec,
  Launcher,
  LaunchRequest,
} from '../isolation/contract.js';
import type { ReviewedHost } from '../isolation/host-review.js';
import type { CheckedLimits } from '../isolation/limit-checks.js';
import type { LimitSettings } from '../isolation/resources.js';

/** One container's processes. */
export interface FakeProcess {
  readonly request: LaunchRequest;
  readonly pid: number;
  state: 'made' | 'running' | 'paused' | 'ended';
  /** What it has said. */
  readonly output: OutputChunk[];
  readonly stdin: PassThrough;
  readonly exited: Promise<Exit>;
  say(stream: OutputChunk['stream'], text: string): void;
  end(exit: Exit): void;
}

/** An additional process. */
export interface FakeExec {
  readonly request: ExecRequest;
  aborted: boolean;
  end(code: number): void;
}

/** Processes that end when they are told to, or by a signal that they don't ignore. */
export class FakeLauncher implements Launcher {
  readonly processes = new Map<string, FakeProcess>();
  readonly execs = new Map<string, FakeExec>();
  /** Every signal that got through, as `<id's last digit> <signal>`. */
  readonly signals: string[] = [];
  /** Signals that end nothing. */
  ignored: readonly string[] = [];
  /** The program that can't be executed, and what the runtime says of it. */
  broken: { readonly file: string; readonly reason: string } | undefined;
  /** Whether programs never come to run, and nobody is told. */
  stuck = false;
  readonly sizes: TtySize[] = [];
  /** Ids that {@link sweep} was told to keep. */
  swept: ReadonlySet<string> | undefined;
  /** Containers whose exit is no longer known. */
  readonly lost = new Set<string>();
  readonly #gate: (what: string) => void;
  readonly #heard = new EventEmitter();
  #daemon = 1;
  #pid = 100;

  constructor(gate: (what: string) => void) {
    this.#gate = gate;
  }

  /** Any wish can be fulfilled here. */
  review(host: HostConfig): ReviewedHost {
    return { host, warnings: [] };
  }

  reviewLimits<T extends LimitSettings>(limits: T): CheckedLimits<T> {
    return { limits, warnings: [] };
  }

  /** Nothing takes long here. */
  expect(): void {}

  async create(request: LaunchRequest): Promise<{ pid: number }> {
    mkdirSync(request.runDir, { recursive: true });
    this.#gate('launcher.create');
    this.#refuseBroken(request.spec.args);
    const { id } = request.spec;
    const { promise, resolve } = withResolver();
    const heard = this.#heard;
    const process: FakeProcess = {
      request,
      pid: ++this.#pid,
      state: 'made',
      output: [],
      stdin: new PassThrough(),
      exited: promise,
      say(stream, text) {
        process.output.push({ stream, data: Buffer.from(text) });
        heard.emit('said');
      },
      end(exit) {
        if (process.state === 'ended') return;
        process.state = 'ended';
        resolve(exit);
        heard.emit('said');
      },
    };
    this.processes.set(id, process);
    return { pid: process.pid };
  }

  async start(id: string): Promise<void> {
    this.#gate('launcher.start');
    if (this.stuck) return new Promise(() => {});
    this.of(id).state = 'running';
  }

  async exited(id: string): Promise<Exit> {
    if (this.lost.has(id)) throw new NotFound(`container ${id} was never created`);
    const daemon = this.#daemon;
    const exit = await this.of(id).exited;
    return daemon === this.#daemon ? exit : new Promise<Exit>(() => {});
  }

  /** The daemon is killed: whoever waited for an exit is no more. */
  dropWatchers(): void {
    this.#daemon++;
  }

  async kill(id: string, signal: string): Promise<void> {
    this.#gate('launcher.kill');
    const process = this.of(id);
    if (process.state === 'ended') throw new Conflict(`container ${id} is not running`);
    this.signals.push(`${id.slice(-1)} ${signal}`);
    const code = { SIGKILL: 137, SIGTERM: 143, SIGINT: 130 }[signal];
    const isFelt = process.state !== 'paused' || signal === 'SIGKILL';
    if (code !== undefined && isFelt && !this.ignored.includes(signal)) {
      process.end(exitWith(code));
    }
  }

  async pause(id: string): Promise<void> {
    this.#gate('launcher.pause');
    this.of(id).state = 'paused';
  }

  async resume(id: string): Promise<void> {
    this.#gate('launcher.resume');
    this.of(id).state = 'running';
  }

  async delete(id: string): Promise<void> {
    this.#gate('launcher.delete');
    this.processes.get(id)?.end(exitWith(137));
    this.processes.delete(id);
  }

  async pids(id: string): Promise<number[]> {
    return [this.of(id).pid, this.of(id).pid + 1000];
  }

  async attach(id: string, options: { stdin: boolean }): Promise<AttachedStreams> {
    this.#gate('launcher.attach');
    const process = this.of(id);
    return {
      tty: process.request.tty,
      chunks: this.#said(process),
      abort() {},
      ...(options.stdin && { stdin: process.stdin }),
    };
  }

  async resize(id: string, _runDir: string, size: TtySize): Promise<void> {
    this.of(id);
    this.sizes.push(size);
  }

  async reopenLog(id: string): Promise<void> {
    this.of(id);
  }

  async exec(request: ExecRequest): Promise<LaunchedExec> {
    this.#gate('launcher.exec');
    this.#refuseBroken(request.args);
    const { promise, resolve } = withResolver();
    const exec: FakeExec = {
      request,
      aborted: false,
      end: (code) => resolve(exitWith(code)),
    };
    this.execs.set(request.execId, exec);
    const streams: AttachedStreams = {
      tty: request.tty,
      chunks: only({ stream: 'stdout', data: Buffer.from('exec says') }),
      abort() {
        exec.aborted = true;
      },
    };
    const resize = async (size: TtySize) => void this.sizes.push(size);
    return { pid: 500, streams, exited: promise, resize };
  }

  async alive(candidates: readonly { id: string; pid: number }[]): Promise<ReadonlySet<string>> {
    const running = candidates.filter(({ id, pid }) => {
      const process = this.processes.get(id);
      return process?.pid === pid && ['running', 'paused'].includes(process.state);
    });
    return new Set(running.map(({ id }) => id));
  }

  stillborn(id: string): boolean {
    return this.processes.get(id)?.state === 'made';
  }

  isPaused(id: string): boolean {
    return this.of(id).state === 'paused';
  }

  async sweep(keep: ReadonlySet<string>): Promise<void> {
    this.swept = keep;
    for (const id of this.processes.keys()) if (!keep.has(id)) await this.delete(id);
  }

  /** The processes of a container. @throws NotFound */
  of(id: string): FakeProcess {
    const process = this.processes.get(id);
    if (!process) throw new NotFound(`the launcher knows no ${id}`);
    return process;
  }

  async *#said(process: FakeProcess): AsyncGenerator<OutputChunk> {
    for (let next = 0; next < process.output.length || process.state !== 'ended'; ) {
      const chunk = process.output[next];
      if (chunk) next++;
      if (chunk) yield chunk;
      else await once(this.#heard, 'said');
    }
  }

  #refuseBroken(args: readonly string[]): void {
    if (this.broken && args[0] === this.broken.file) throw new InvalidParameter(this.broken.reason);
  }
}

/** An exit at a time of its own. */
export function exitWith(code: number): Exit {
  return { code, at: '2026-01-01T00:01:00.000Z', oomKilled: false };
}

function withResolver(): { promise: Promise<Exit>; resolve: (exit: Exit) => void } {
  let resolve: (exit: Exit) => void = () => {};
  const promise = new Promise<Exit>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function* only(chunk: OutputChunk): AsyncGenerator<OutputChunk> {
  yield chunk;
}
