import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** Time that a program gets to end by itself. */
const GRACE_MS = 15_000;

/** A long-running program: a daemon. Its output goes to a file. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  /** Starts `argv` in a cgroup; `entrance` is the cgroup's file for process ids. */
  constructor({ argv, entrance, log }: { argv: readonly string[]; entrance: string; log: string }) {
    const output = openSync(log, 'a');
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    // A session of its own keeps the terminal's Ctrl-C from it: the bench ends it in order.
    this.#child = spawn('sh', ['-c', 'echo $$ >"$0" && exec "$@"', entrance, ...argv], {
      stdio: ['ignore', output, output],
      detached: true,
      env,
    });
    closeSync(output);
    this.#ended = new Promise((resolve) => {
      this.#child.on('exit', () => resolve());
      this.#child.on('error', () => resolve());
    });
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal and waits for the end; after a grace time it is killed. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGTERM');
  }
}

/** The last lines of a log, for an error message. */
export function tailOf(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}
