import type { Socket } from 'node:net';
import { openAsPipe } from './libuv-pipe.js';
import { MSG_DONTWAIT, RECEIVE_BYTES, type Sys } from './sys.js';

/** Who listens, and to what. */
export interface ListenerOptions<Event> {
  readonly sys: Sys;
  /** A socket that hears multicast groups. The listener owns it from now on. */
  readonly fd: number;
  /** What a datagram tells of. */
  readonly decode: (datagram: Buffer) => Iterable<Event>;
  readonly onEvent: (event: Event) => void;
  /** Told when the kernel had to drop something, which may have been about anything. */
  readonly lost: Event;
  /** Whether listening keeps the process alive. */
  readonly keepsAlive: boolean;
}

/**
 * Hears what the kernel tells the groups of a socket. A stream ends with its first error and closes its
 * descriptor, and only in its namespace could the socket be opened anew. So the stream gets a copy, and after
 * an overrun another.
 */
export class Listener<Event> implements Disposable {
  readonly #options: ListenerOptions<Event>;
  #stream: Socket | undefined;

  constructor(options: ListenerOptions<Event>) {
    this.#options = options;
    this.#listen();
  }

  [Symbol.dispose](): void {
    if (!this.#stream) return;
    const { sys, fd } = this.#options;
    this.#stream.destroy();
    this.#stream = undefined;
    sys.close(fd);
  }

  #listen(): void {
    const { sys, fd, decode, onEvent, lost, keepsAlive } = this.#options;
    const stream = openAsPipe(sys, sys.duplicate(fd), { writable: false });
    this.#stream = stream;
    if (!keepsAlive) stream.unref();
    stream.on('data', (datagram: Buffer) => {
      for (const event of decode(datagram)) if (this.#stream === stream) onEvent(event);
    });
    // ENOBUFS or, for want of memory, ENOMEM: either way something was lost.
    stream.on('error', () => {
      if (this.#stream !== stream) return;
      this.#drain();
      this.#listen();
      onEvent(lost);
    });
  }

  /** What is still queued is older than what was lost, and would contradict what the listener lists now. */
  #drain(): void {
    const { sys, fd } = this.#options;
    while (Number(sys.recv(fd, sys.receiveBuffer, RECEIVE_BYTES, MSG_DONTWAIT)) > 0);
  }
}
