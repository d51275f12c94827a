import { throwIfRefused } from './ack.js';
import { type Message, messages, NLM_F_DUMP_INTR, NLMSG_MIN_TYPE } from './wire.js';

/** Takes what it needs from a message of a listing; undefined: nothing. */
export type Decode<T> = (message: Message) => T | undefined;

/** The answer to one request for a listing, put together datagram by datagram. */
export class Listing<T> {
  /** What was decoded so far. */
  readonly found: T[] = [];
  readonly #operation: string;
  readonly #sequence: number;
  readonly #decode: Decode<T>;
  #isOver = false;
  #isInterrupted = false;

  constructor(operation: string, sequence: number, decode: Decode<T>) {
    this.#operation = operation;
    this.#sequence = sequence;
    this.#decode = decode;
  }

  /** Whether the end has come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the kernel says that something changed in between: objects may be missing or there twice. */
  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** Reads a datagram. @throws NetlinkError the refusal that it begins or ends with */
  take(bytes: Buffer, length: number): void {
    for (const message of messages(bytes, length)) {
      if (message.sequence === this.#sequence) this.#takeMessage(message);
    }
  }

  #takeMessage(message: Message): void {
    if (message.flags & NLM_F_DUMP_INTR) this.#isInterrupted = true;
    if (message.type < NLMSG_MIN_TYPE) {
      this.#isOver ||= throwIfRefused(this.#operation, message);
      return;
    }
    const object = this.#decode(message);
    if (object !== undefined) this.found.push(object);
  }
}
