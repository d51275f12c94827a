import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** What a command that has ended left. */
export interface Result {
  /** Exit status; null if it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a command may take before it is killed and the test fails. */
export const COMMAND_TIMEOUT_MS = 30_000;

/** Runs a command to its end, whatever its exit status. @throws Error after `timeoutMs` */
export function run(
  argv: readonly string[],
  { timeoutMs = COMMAND_TIMEOUT_MS, input = '' }: { timeoutMs?: number; input?: string } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0] ?? '', argv.slice(1), { env: environment() });
    const output = collect(child);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`no end after ${timeoutMs} ms: ${argv.join(' ')}\n${output.text()}`));
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: output.stdout, stderr: output.stderr });
    });
    // A command that doesn't read its input may close it early.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Like {@link run}, for commands that must succeed: gives standard output. @throws Error with all output */
export async function must(
  argv: readonly string[],
  options: { timeoutMs?: number; input?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code === 0) return stdout;
  throw new Error(`exit status ${code}: ${argv.join(' ')}\n${stdout}${stderr}`);
}

/** How a process is started beside a test. */
export interface BackgroundOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** What it has started goes on when it is stopped, such as a daemon's containers. */
  readonly outlived?: boolean;
}

/** A process that runs beside the test, until it is stopped or disposed, with all that it has started. */
export class Background implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #outlived: boolean;
  readonly #output: ReturnType<typeof collect>;
  readonly #what: string;
  readonly #ended: Promise<number | null>;
  #isOver = false;

  constructor(
    argv: readonly string[],
    { env = {}, cwd, outlived = false }: BackgroundOptions = {},
  ) {
    this.#what = argv.join(' ');
    this.#outlived = outlived;
    this.#child = spawn(argv[0] ?? '', argv.slice(1), {
      env: { ...environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own.
      detached: true,
      ...(cwd !== undefined && { cwd }),
    });
    this.#output = collect(this.#child);
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        this.#isOver = true;
        resolve(code);
      });
      this.#child.on('error', () => resolve(null));
    });
  }

  /** Process id; -1 if it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Everything it has written so far, both streams. */
  get output(): string {
    return this.#output.text();
  }

  /** Resolves with the exit status when it has ended. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Waits until its output matches. @throws Error after `timeoutMs`, or when it ends before */
  async waitFor(pattern: RegExp, timeoutMs = COMMAND_TIMEOUT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!pattern.test(this.output)) {
      const ended = this.#child.exitCode !== null;
      // What it said last may still be on its way.
      if (ended) await Promise.race([this.#ended, delay(500)]);
      const over = !pattern.test(this.output) && (ended || performance.now() > deadline);
      if (over) throw new Error(`${pattern} not seen from ${this.#what}\n${this.output}`);
      await delay(10);
    }
  }

  /** Sends a signal and waits for the end; after `graceMs`, which a busy machine may need, it is killed. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 30_000): Promise<number | null> {
    this.#signal(signal);
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    try {
      return await this.#ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** To all of its group, whose number is its own as long as one of them holds its output. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (this.#outlived || pid === undefined) {
      this.#child.kill(signal);
      return;
    }
    if (this.#isOver) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Node starts several times faster without extra certificates. */
export function environment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return rest;
}

function collect(child: ChildProcess) {
  const output = { stdout: '', stderr: '', text: () => `${output.stdout}${output.stderr}` };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output.stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    output.stderr += chunk;
  });
  return output;
}
