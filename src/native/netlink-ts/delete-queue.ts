import type { NetlinkSocket } from './socket.js';
import type { Request } from './wire.js';

/**
 * Deletions on another thread, one after the other: the kernel would make them wait for each other anyway,
 * and a second thread of libuv's few would be lost to that. Owns its socket, and closes it only when no
 * thread uses it any more, lest the descriptor's number be another file's by then.
 */
export class DeleteQueue implements Disposable {
  readonly #socket: NetlinkSocket;
  #last: Promise<void> = Promise.resolve();

  constructor({ socket }: { socket: NetlinkSocket }) {
    this.#socket = socket;
  }

  /** @throws NetlinkError through the promise */
  delete(operation: string, request: Request): Promise<void> {
    const done = this.#last.then(() => this.#socket.changeAsync(operation, request));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** What was asked for before is still done. */
  [Symbol.dispose](): void {
    this.#last = this.#last.then(() => this.#socket[Symbol.dispose]());
  }
}
