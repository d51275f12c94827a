import { Socket } from 'node:net';
import { System } from '../../base/errors.js';
import type { Fd } from '../../native/fd.js';

/** What conmon says: a pid, an exit code, or with `data` below zero a failure and the runtime's own words. */
export interface SyncMessage {
  readonly data: number;
  readonly message?: string;
}

/** conmon's side of the conversation: one JSON object a line. */
export class SyncPipe implements Disposable {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  /** Takes the reading end over. */
  constructor(read: Fd) {
    this.#socket = new Socket({ fd: read.release(), readable: true, writable: false });
    this.#lines = linesOf(this.#socket);
  }

  /** The next message; undefined when conmon has closed the pipe. @throws System if it isn't one */
  async next(): Promise<SyncMessage | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : parseSyncMessage(value);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** Reads one line of the pipe. @throws System */
export function parseSyncMessage(line: string): SyncMessage {
  let message: unknown;
  try {
    // conmon passes control characters of the runtime's message on as they are; JSON forbids them.
    message = JSON.parse(replaceControls(line));
  } catch (cause) {
    throw new System(`conmon said something unexpected: ${line}`, { cause });
  }
  if (!isMessage(message)) throw new System(`conmon said something unexpected: ${line}`);
  return message;
}

function isMessage(value: unknown): value is SyncMessage {
  return (
    typeof value === 'object' && value !== null && 'data' in value && typeof value.data === 'number'
  );
}

function replaceControls(line: string): string {
  return [...line].map((char) => (char < ' ' ? ' ' : char)).join('');
}

async function* linesOf(socket: Socket): AsyncGenerator<string, undefined> {
  let rest = '';
  socket.setEncoding('utf8');
  for await (const chunk of socket) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
  return undefined;
}
