import { accept } from '../native/accept.js';
import type { Readiness } from '../native/epoll.js';
import type { Fd } from '../native/fd.js';
import type { Listener, Owner } from './owner.js';
import type { ServedPort } from './protocol.js';
import type { Room } from './room.js';
import { TcpFlow } from './tcp-flow.js';

/** Connections taken in one go, so that other ports have their turn. */
const TURN = 32;
/** Without descriptors left, connections wait this long in the kernel's queue. */
const SHORTAGE_MS = 100;

/** Takes the connections of one port. */
export class TcpListener implements Listener {
  readonly port: ServedPort<Fd>;
  readonly #readiness: Readiness;
  readonly #owner: Owner;
  readonly #room: Room;
  #open = true;

  constructor(parts: {
    port: ServedPort<Fd>;
    readiness: Readiness;
    owner: Owner;
  }) {
    this.port = parts.port;
    this.#readiness = parts.readiness;
    this.#owner = parts.owner;
    this.#room = parts.owner.room.part();
    this.#watch();
  }

  get #fd(): number {
    return this.port.socket.number;
  }

  /** Where it leads. */
  get #to(): { host: string; port: number } {
    return { host: this.port.toAddress, port: this.port.toPort };
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#readiness.forget(this.#fd);
    this.port.socket.close();
  }

  #watch(): void {
    this.#readiness.watch(this.#fd, () => this.#take());
  }

  #take(): void {
    for (let count = 0; count < TURN; count++) {
      if (!this.#room.isLeft) {
        this.#pause();
        this.#room.whenLeft(() => this.#resume());
        return;
      }
      const client = this.#next();
      if (!client) return;
      this.#begin(client);
    }
  }

  #begin(client: Fd): void {
    const flow = new TcpFlow(client, this.#to, (over) => {
      this.#room.giveBack();
      this.#owner.remove(over);
    });
    this.#room.take();
    this.#owner.add(flow);
  }

  #next(): Fd | undefined {
    try {
      return accept(this.#fd);
    } catch {
      this.#pause();
      setTimeout(() => this.#resume(), SHORTAGE_MS);
      return undefined;
    }
  }

  #pause(): void {
    this.#readiness.forget(this.#fd);
  }

  #resume(): void {
    if (this.#open) this.#watch();
  }
}
