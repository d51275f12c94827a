import type { Socket } from 'node:net';
import { DnsFraming, framed } from './framing.js';
import type { Turns } from './turns.js';

/** Bounds on one TCP client. */
export interface ConnectionLimits {
  /** How long a complete query may be waited for, 10000. A byte now and then doesn't prolong it. */
  readonly idleMs: number;
  /** Queries answered at the same time, 16; the next ones stay in the kernel. */
  readonly concurrent: number;
  /** Bytes of answers that the client hasn't read yet, 262144; beyond, it is cut off. */
  readonly unread: number;
}

/** Used where nothing else is said. */
export const defaultConnectionLimits: ConnectionLimits = {
  idleMs: 10_000,
  concurrent: 16,
  unread: 256 * 1024,
};

type Answerer = (packet: Buffer) => Buffer | Promise<Buffer> | undefined;

/**
 * Serves the queries of one TCP connection until either side ends it or a limit is reached.
 * @param terms.turns what all connections of one sandbox share
 */
export function serveConnection(
  socket: Socket,
  answer: Answerer,
  terms: { readonly limits: ConnectionLimits; readonly turns: Turns },
): void {
  const connection = new Connection(socket, answer, terms);
  socket.on('data', (chunk: Buffer) => connection.take(chunk));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.stop());
}

class Connection {
  readonly #socket: Socket;
  readonly #answer: Answerer;
  readonly #limits: ConnectionLimits;
  readonly #turns: Turns;
  readonly #again = () => this.#pump();
  readonly #framing = new DnsFraming();
  readonly #idle: NodeJS.Timeout;
  #waiting: Buffer[] = [];
  #running = 0;

  constructor(
    socket: Socket,
    answer: Answerer,
    { limits, turns }: { readonly limits: ConnectionLimits; readonly turns: Turns },
  ) {
    this.#socket = socket;
    this.#answer = answer;
    this.#limits = limits;
    this.#turns = turns;
    this.#idle = setTimeout(() => this.#expire(), limits.idleMs);
  }

  take(chunk: Buffer): void {
    const packets = this.#framing.push(chunk);
    if (packets.length > 0) this.#idle.refresh();
    this.#waiting.push(...packets);
    this.#pump();
  }

  stop(): void {
    clearTimeout(this.#idle);
    this.#waiting = [];
  }

  /** Starts as many queries as may run; while some wait, nothing more is read. */
  #pump(): void {
    while (this.#running < this.#limits.concurrent && this.#waiting.length > 0) {
      if (!this.#turns.take()) {
        this.#turns.wait(this.#again);
        break;
      }
      const packet = this.#waiting.shift();
      if (!packet) break;
      this.#running++;
      void this.#serve(packet);
    }
    if (this.#waiting.length > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  async #serve(packet: Buffer): Promise<void> {
    try {
      const reply = await this.#answer(packet);
      if (reply) this.#send(reply);
    } catch {
      // An answer that can't be made ends this client's connection, not the server.
      this.#socket.destroy();
    } finally {
      this.#running--;
      this.#pump();
    }
  }

  #send(reply: Buffer): void {
    if (this.#socket.destroyed) return;
    this.#idle.refresh();
    this.#socket.write(framed(reply));
    if (this.#socket.writableLength > this.#limits.unread) this.#socket.destroy();
  }

  /** Upstreams may take longer than the client is given: its answer is still waited for. */
  #expire(): void {
    if (this.#running > 0) this.#idle.refresh();
    else this.#socket.destroy();
  }
}
