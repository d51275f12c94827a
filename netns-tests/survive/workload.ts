import type { TestDaemon } from '../world/daemon.js';
import { containerSteps } from './container-steps.js';
import { networkSteps } from './network-steps.js';
import type { Random } from './random.js';

/** What was asked of the daemon. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** How it was answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One thing that a user does. */
export type Step = (load: Workload) => Promise<unknown>;

/** A container in a list of the API. */
interface Listed {
  readonly Id: string;
  readonly State: string;
}

/** Operations on containers and networks, chosen at random, one after another, until the daemon is dead. */
export class Workload {
  readonly daemon: TestDaemon;
  readonly random: Random;
  /** Ids of all containers that were ever made. */
  readonly everMade: Set<string>;
  /** Links of the host that macvlan networks may be plugged in. */
  readonly parents: readonly string[];
  /** What was asked for and how it was answered. */
  readonly history: string[] = [];
  #unanswered: Request | undefined;

  constructor(parts: {
    daemon: TestDaemon;
    random: Random;
    everMade: Set<string>;
    parents: readonly string[];
  }) {
    this.daemon = parts.daemon;
    this.random = parts.random;
    this.everMade = parts.everMade;
    this.parents = parts.parents;
  }

  /** What the daemon was asked for when it died; undefined where that was nothing that changes anything. */
  get unanswered(): Request | undefined {
    return this.#unanswered;
  }

  /** Goes on until a request is not answered any more. @throws Error for an answer that no request may have */
  async run(): Promise<void> {
    const steps = [...containerSteps, ...networkSteps];
    try {
      for (;;) await this.random.pick(steps)?.(this);
    } catch (error) {
      if (!isDeath(error)) throw error;
    }
  }

  /** Asks for a change. */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const request = { method, path, ...(body !== undefined && { body }) };
    this.#unanswered = request;
    this.history.push(described(request));
    const answer = await this.daemon.api.ask(method, path, body);
    this.#unanswered = undefined;
    const said = answer.status < 400 ? '' : JSON.stringify(answer.body);
    this.history.push(`  ${answer.status} ${said}`);
    return answer;
  }

  /** Ids of containers, in one state or any. */
  async containers(state?: string): Promise<string[]> {
    const all = await this.daemon.api.must<Listed[]>('GET', '/containers/json?all=1');
    for (const { Id } of all) this.everMade.add(Id);
    return all.filter(({ State }) => state === undefined || State === state).map(({ Id }) => Id);
  }

  /** Names of networks that a user made. */
  async networks(): Promise<string[]> {
    const all = await this.daemon.api.must<{ Name: string }[]>('GET', '/networks');
    return all.map(({ Name }) => Name).filter((name) => /^net\d/.test(name));
  }

  /** True once in `times`, on average. */
  once(times: number): boolean {
    return this.random.below(times) === 0;
  }
}

/** A request in one line. */
export function described({ method, path, body }: Request): string {
  const text = body === undefined ? '' : ` ${JSON.stringify(body)}`;
  return `${method} ${path}${text.length > 600 ? `${text.slice(0, 600)}...` : text}`;
}

function isDeath(error: unknown): boolean {
  const signs = /ECONNRESET|ECONNREFUSED|EPIPE|hang up|cut short/;
  return error instanceof Error && signs.test(error.message);
}
