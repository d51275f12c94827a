import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Namespace } from '../world/namespace.js';
import type { Question, Questions } from './question.js';

/** Longest time for an answer beyond the probes' own, on a busy machine. */
const GRACE_MS = 40_000;

/** A running agent: a machine or container of the matrix that answers, and asks all that it is told to at once. */
export class AgentProcess implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  #complaints = '';

  private constructor(namespace: Namespace, child: ChildProcess) {
    this.name = namespace.name;
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout ?? process.stdin });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text;
    });
  }

  /** Starts one that answers on these ports, both TCP and UDP, of all addresses. */
  static async start(namespace: Namespace, ports: readonly number[]): Promise<AgentProcess> {
    const program = fileURLToPath(new URL('./agent.js', import.meta.url));
    const argv = namespace.inside([
      process.execPath,
      program,
      namespace.name,
      ...ports.map(String),
    ]);
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], env });
    const agent = new AgentProcess(namespace, child);
    await agent.#line(0);
    return agent;
  }

  /** Asks all questions at once; an answer is '' where none came. One call at a time. */
  async ask(probes: readonly Question[], timeoutMs: number): Promise<string[]> {
    const questions: Questions = { timeoutMs, probes };
    const answers = this.#line(timeoutMs);
    this.#child.stdin?.write(`${JSON.stringify(questions)}\n`);
    return JSON.parse(await answers) as string[];
  }

  /** Makes it answer on the addresses that have come lately. */
  async look(): Promise<void> {
    await this.ask([], 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lines.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #line(timeoutMs: number): Promise<string> {
    const signal = AbortSignal.timeout(timeoutMs + GRACE_MS);
    try {
      const [line] = (await once(this.#lines, 'line', { signal })) as [string];
      return line;
    } catch (cause) {
      throw new Error(`no answer from the agent of ${this.name}: ${this.#complaints}`, { cause });
    }
  }
}
