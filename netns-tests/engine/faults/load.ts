import type { Random } from '../../survive/random.js';
import type { TestDaemon } from '../../world/daemon.js';
import { type Answer, send } from './send.js';

/** What was asked of the daemon. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

/** One thing that a user does. */
export type Step = (load: Load) => Promise<unknown>;

/** How many deleted things are remembered. */
const MOST_GONE = 20;

/** What one user has; nobody else changes it, so that it is known what must be there. */
class Owned {
  /** Made for sure: what the daemon has said. */
  readonly there = new Set<string>();
  /** Deleted for sure. */
  readonly gone = new Set<string>();

  made(name: string): void {
    this.gone.delete(name);
    this.there.add(name);
  }
  /** From now on it may be there or not. */
  doubt(name: string): void {
    this.there.delete(name);
    this.gone.delete(name);
  }
  deleted(name: string): void {
    this.there.delete(name);
    this.gone.add(name);
    // What was deleted long ago has been looked for often enough.
    const [oldest] = this.gone;
    if (this.gone.size > MOST_GONE && oldest !== undefined) this.gone.delete(oldest);
  }
}

/** One user of the engine, who does one thing after the other until told to stop or the daemon is dead. */
export class Load {
  readonly number: number;
  readonly daemon: TestDaemon;
  readonly random: Random;
  /** An image as `save` packs it. */
  readonly archive: Buffer;
  /** Ids of containers that are not removed by themselves. */
  readonly containers = new Owned();
  /** Names. */
  readonly volumes = new Owned();
  /** Tags of images: `im0:3`. */
  readonly tags = new Owned();
  /** Ids of all containers that were ever made. */
  readonly everMade = new Set<string>();
  /** What was asked for and how it was answered. */
  readonly history: string[] = [];
  /** How often each step was done. */
  readonly done = new Map<string, number>();
  #unanswered: Request | undefined;
  #isToStop = false;

  constructor(parts: { number: number; daemon: TestDaemon; random: Random; archive: Buffer }) {
    this.number = parts.number;
    this.daemon = parts.daemon;
    this.random = parts.random;
    this.archive = parts.archive;
  }

  /** What the daemon was asked for when it died. */
  get unanswered(): Request | undefined {
    return this.#unanswered;
  }

  /** Does steps at random. @throws Error for anything but the death of the daemon */
  async run(steps: readonly Step[]): Promise<void> {
    this.#unanswered = undefined;
    this.#isToStop = false;
    try {
      while (!this.#isToStop) {
        const step = this.random.pick(steps);
        await step?.(this);
        this.done.set(step?.name ?? '', (this.done.get(step?.name ?? '') ?? 0) + 1);
      }
    } catch (error) {
      if (!isDeath(error)) throw error;
    }
  }

  /** Ends {@link run} behind the step that is under way. */
  stop(): void {
    this.#isToStop = true;
  }

  /** Asks for a change. */
  async ask(method: string, path: string, body?: object): Promise<Answer> {
    this.#unanswered = { method, path, ...(body && { body }) };
    this.history.push(described(this.#unanswered));
    const answer = await send(this.daemon.socket, method, path, body);
    this.#unanswered = undefined;
    this.history.push(`  ${answer.status} ${answer.status < 400 ? '' : answer.body}`);
    return answer;
  }

  /** Any of its containers, whatever the state. */
  anyContainer(): string | undefined {
    return this.random.pick([...this.containers.there]);
  }

  /** True once in `times`, on average. */
  once(times: number): boolean {
    return this.random.below(times) === 0;
  }
}

/** A request in one line. */
export function described({ method, path, body }: Request): string {
  if (body === undefined || Buffer.isBuffer(body)) return `${method} ${path}`;
  return `${method} ${path} ${JSON.stringify(body).slice(0, 500)}`;
}

function isDeath(error: unknown): boolean {
  const signs = /ECONNRESET|ECONNREFUSED|EPIPE|hang up|cut short|^aborted/;
  return error instanceof Error && signs.test(error.message);
}
