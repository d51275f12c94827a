import type { IncomingMessage } from 'node:http';
import { Forbidden, messageOf, System } from '../../../base/errors.js';
import { type Question, questionOf, type Verdict, withAnswer } from './question.js';

/** An answer before it is sent. `body` is absent where it is a stream, or no JSON. */
export interface PendingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body?: Buffer;
}

/** Asks about the answer to a request that was allowed. @throws Forbidden, System */
export type AnswerCheck = (answer: PendingAnswer) => Promise<void>;

/** Calls a plugin by name. Rejects if there is no such plugin, or if it fails. */
export type CallPlugin = (
  name: string,
  method: 'AuthZPlugin.AuthZReq' | 'AuthZPlugin.AuthZRes',
  question: Question,
) => Promise<Verdict>;

/** The plugins that have to allow every request, in their order. Whatever goes wrong with one is a refusal. */
export class AuthorizationChain {
  readonly #names: () => readonly string[];
  readonly #call: CallPlugin;

  /** `names` is looked up for every request: a reload may change it. */
  constructor(parts: { names: () => readonly string[]; call: CallPlugin }) {
    this.#names = parts.names;
    this.#call = parts.call;
  }

  /** Whether anybody is to be asked. */
  get isActive(): boolean {
    return this.#names().length > 0;
  }

  /**
   * Asks all plugins about a request; `body` is what its handler will parse. @throws Forbidden if one says no, System if
   * one can't be asked
   */
  async request(request: IncomingMessage, body: Buffer | undefined): Promise<AnswerCheck> {
    const question = questionOf(request, body);
    await this.#ask('AuthZPlugin.AuthZReq', question);
    return (answer) => this.#ask('AuthZPlugin.AuthZRes', withAnswer(question, answer));
  }

  async #ask(method: Parameters<CallPlugin>[1], question: Question): Promise<void> {
    for (const name of this.#names()) {
      const { Allow, Msg = '' } = await this.#call(name, method, question).catch(
        (error: unknown) => {
          throw new System(`plugin ${name} failed with error: ${messageOf(error)}`);
        },
      );
      if (Allow !== true) throw new Forbidden(`authorization denied by plugin ${name}: ${Msg}`);
    }
  }
}
