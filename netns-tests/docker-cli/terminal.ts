import { type ChildProcess, spawn } from 'node:child_process';
import { must } from '../world/command.js';

const TIMEOUT_MS = 30_000;

/** A command in a terminal of its own, typed into and read by a test. */
export class Terminal implements Disposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #screen = '';

  /** `prefix` is put before script(1), which gives the command its terminal: 24 rows of 80 columns to begin with. */
  constructor(prefix: readonly string[], command: string) {
    const shell = `tty; stty rows 24 cols 80; exec ${command}`;
    const argv = [...prefix, 'script', '-qec', shell, '/dev/null'];
    this.#child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (data: Buffer) => {
      this.#screen += data.toString();
    });
    this.#child.stdin?.on('error', () => {});
    this.#ended = new Promise((resolve) => this.#child.on('close', resolve));
  }

  /** All that was shown so far. */
  get screen(): string {
    return this.#screen;
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Waits until the screen has shown something. @throws Error when it takes too long */
  async shows(pattern: RegExp): Promise<void> {
    const deadline = performance.now() + TIMEOUT_MS;
    while (!pattern.test(this.#screen)) {
      if (performance.now() > deadline) throw new Error(`${pattern} not in: ${this.#screen}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Makes the window another size, as a user does by dragging its corner. */
  async resize(rows: number, columns: number): Promise<void> {
    await this.shows(/\/dev\/pts\/\d+/);
    const device = /\/dev\/pts\/\d+/.exec(this.#screen)?.[0] ?? '';
    await must(['stty', '-F', device, 'rows', String(rows), 'cols', String(columns)]);
  }

  /** The exit code, once the command has ended. @throws Error when it takes too long */
  async exitCode(): Promise<number | null> {
    const timeout = setTimeout(() => this.#child.kill('SIGKILL'), TIMEOUT_MS);
    const code = await this.#ended;
    clearTimeout(timeout);
    return code;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
