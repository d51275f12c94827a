import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Background, type Result, run } from '../world/command.js';
import { mountsBelow } from '../world/daemon.js';

/** How long a whole run may take; it needs 2 seconds on an idle machine. */
export const RUN_TIMEOUT_MS = 100_000;

/** A playground of a test's own: `quickstart` with its state in a folder that nobody else uses. */
export class Playground implements AsyncDisposable {
  /** TSNET_PLAYGROUND. The script makes it, and `--down` removes it. */
  readonly folder: string;
  readonly #parent: string;
  readonly #prefix: readonly string[];

  /** `prefix` are words before the command, such as those that enter a namespace. */
  constructor(prefix: readonly string[] = []) {
    this.#parent = mkdtempSync(join(tmpdir(), 'tsnq-'));
    this.folder = join(this.#parent, 'p');
    this.#prefix = prefix;
  }

  /** Runs the script to its end, whatever its exit status. */
  quickstart(...args: readonly string[]): Promise<Result> {
    return run(this.#command(...args), { timeoutMs: RUN_TIMEOUT_MS });
  }

  /** The same, but it must succeed: gives its output. */
  async must(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.quickstart(...args);
    if (code !== 0) throw new Error(`exit status ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Starts the script as a terminal would: with a process group of its own, which a Ctrl-C goes to. */
  start(): Background {
    return new Background(this.#command());
  }

  /** Runs a shell command with what `--env` prints. */
  shell(command: string): Promise<Result> {
    const script = `eval "$(${this.#command('--env').join(' ')})" && ${command}`;
    return run(['bash', '-c', script]);
  }

  /** The number in one of its files: `tsnetd.pid`. */
  pid(file: string): number {
    return Number(readFileSync(join(this.folder, 'run', file), 'utf8'));
  }

  /** What names the folder: its files, mounts, and command lines of processes. */
  leftovers(): string[] {
    const files = existsSync(this.folder) ? readdirSync(this.folder) : [];
    return [...files, ...mountsBelow(this.folder), ...processesThatName(`${this.folder}/`)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.quickstart('--down');
    rmSync(this.#parent, { recursive: true, force: true });
  }

  #command(...args: readonly string[]): string[] {
    const env = ['env', `TSNET_PLAYGROUND=${this.folder}`];
    return [...this.#prefix, ...env, resolve('quickstart'), ...args];
  }
}

function processesThatName(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLine(pid))
    .filter((words) => words.includes(text));
}

/** Empty for a process that has ended meanwhile. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
