import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { COMMAND_TIMEOUT_MS, environment } from './command.js';

/** Whom to ask, and from which port: 0 for any. */
export interface Question {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly localPort: number;
}

/** A line of the program's output. */
export interface Answered {
  readonly id: number;
  readonly answer: string;
}

/** A program in a namespace that asks echo servers: one for all questions, as a start takes longer than an answer. */
export class Prober implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #asking = new Map<number, (answer: string) => void>();
  #questions = 0;

  /** `inside` makes the command line that runs a command in the namespace. */
  constructor(inside: (argv: readonly string[]) => string[]) {
    const program = fileURLToPath(new URL('./probe.js', import.meta.url));
    const [file = '', ...argv] = inside([process.execPath, program]);
    this.#child = spawn(file, argv, { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdin?.on('error', () => {});
    createInterface({ input: this.#child.stdout ?? process.stdin }).on('line', (line) => {
      const { id, answer } = JSON.parse(line) as Answered;
      this.#asking.get(id)?.(answer);
    });
  }

  /** The answer, `refused`, `timeout`, or an errno. @throws Error if the program itself says nothing */
  ask(question: Question): Promise<string> {
    const id = ++this.#questions;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`nothing said of ${JSON.stringify(question)}`)),
        COMMAND_TIMEOUT_MS,
      );
      this.#asking.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#child.stdin?.write(`${JSON.stringify({ id, ...question })}\n`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
