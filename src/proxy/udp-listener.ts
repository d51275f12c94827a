import type { Fd } from '../native/fd.js';
import type { ReceivedMessage } from '../native/socketmessage.js';
import type { Listener, Owner } from './owner.js';
import type { ServedPort } from './protocol.js';
import type { Room } from './room.js';
import { UdpFlow, type UdpMeans } from './udp-flow.js';

/** Datagrams taken in one go. */
const TURN = 64;

/** Takes the datagrams of one port and leads each client's to a flow of its own. */
export class UdpListener implements Listener {
  readonly port: ServedPort<Fd>;
  readonly #means: UdpMeans;
  readonly #owner: Owner;
  readonly #room: Room;
  /** By client's address and the host's address that it asked; who has sent last comes last. */
  readonly #flows = new Map<string, UdpFlow>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(parts: {
    port: ServedPort<Fd>;
    means: UdpMeans;
    owner: Owner;
  }) {
    this.port = parts.port;
    this.#means = parts.means;
    this.#owner = parts.owner;
    this.#room = parts.owner.room.part();
    this.#means.readiness.watch(this.#fd, () => this.#take());
  }

  get #fd(): number {
    return this.port.socket.number;
  }

  /** Where it leads. */
  get #to(): { host: string; port: number } {
    return { host: this.port.toAddress, port: this.port.toPort };
  }

  /** Flows answer by the socket, so they end with it. */
  close(): void {
    if (!this.port.socket.isOpen) return;
    this.#means.readiness.forget(this.#fd);
    for (const flow of [...this.#flows.values()]) flow.end();
    this.port.socket.close();
  }

  #take(): void {
    const { messages } = this.#means;
    for (let count = 0; count < TURN; count++) {
      const received = this.#receive();
      if (!received) return;
      this.#flowOf(received)?.pass(messages.bytes.subarray(0, received.length));
    }
  }

  /** An error that is waiting on the socket, of an answer that could not be delivered, is over with the read. */
  #receive(): ReceivedMessage | undefined {
    try {
      return this.#means.messages.receive(this.#fd);
    } catch {
      return undefined;
    }
  }

  #flowOf(received: ReceivedMessage): UdpFlow | undefined {
    const parts = [received.name, ...received.control.map(({ data }) => data)];
    const key = Buffer.concat(parts).toString('latin1');
    const known = this.#flows.get(key);
    if (known) {
      this.#flows.delete(key);
      this.#flows.set(key, known);
      return known;
    }
    return this.#makeRoom() ? this.#begin(key, received) : undefined;
  }

  #begin(key: string, first: ReceivedMessage): UdpFlow | undefined {
    const over = (flow: UdpFlow) => {
      this.#flows.delete(key);
      this.#room.giveBack();
      this.#owner.remove(flow);
      if (this.#flows.size === 0) this.#stopSweeping();
    };
    try {
      const flow = new UdpFlow(this.#means, { listener: this.#fd, first, to: this.#to, over });
      this.#flows.set(key, flow);
      this.#room.take();
      this.#owner.add(flow);
      this.#sweep ??= setInterval(() => this.#endIdle(), this.#means.idleMs / 6);
      return flow;
    } catch {
      // No route to the container: the datagram is lost.
      return undefined;
    }
  }

  /**
   * A client that sends from ever new ports must not shut out others: the flow that was silent longest goes. Where
   * other ports have taken everything, the datagram is lost.
   */
  #makeRoom(): boolean {
    if (this.#room.isLeft) return true;
    const [oldest] = this.#flows.values();
    oldest?.end();
    return this.#room.isLeft;
  }

  #endIdle(): void {
    const limit = this.#means.now() - this.#means.idleMs;
    for (const flow of [...this.#flows.values()]) if (flow.usedAt < limit) flow.end();
  }

  #stopSweeping(): void {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}
