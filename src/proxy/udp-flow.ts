import { answeringFrom, connectedUdp, receiveDatagram, sendDatagram } from '../native/datagram.js';
import type { Readiness } from '../native/epoll.js';
import type { Fd } from '../native/fd.js';
import type { ControlData, ReceivedMessage, SocketMessages } from '../native/socketmessage.js';
import type { Flow } from './owner.js';

/** Datagrams passed on in one go. */
const TURN = 64;

/** A client's side of a flow: where answers go, and from which address of the host. */
interface Client {
  /** The socket that it asked. */
  readonly listener: number;
  readonly name: Buffer;
  readonly source: ControlData | undefined;
}

/** What all flows of a program share. */
export interface UdpMeans {
  readonly readiness: Readiness;
  readonly messages: SocketMessages;
  /** In milliseconds. */
  readonly now: () => number;
  /** A flow without datagrams is forgotten after so many milliseconds. */
  readonly idleMs: number;
}

/** The datagrams of one client to one port, with a socket of their own towards the container. */
export class UdpFlow implements Flow {
  readonly #means: UdpMeans;
  readonly #client: Client;
  readonly #socket: Fd;
  readonly #over: (flow: UdpFlow) => void;
  #usedAt: number;

  /** @throws SyscallError if the container can't be reached at all */
  constructor(
    means: UdpMeans,
    parts: {
      listener: number;
      first: ReceivedMessage;
      to: { readonly host: string; readonly port: number };
      over: (flow: UdpFlow) => void;
    },
  ) {
    this.#means = means;
    this.#client = {
      listener: parts.listener,
      name: Buffer.from(parts.first.name),
      source: answeringFrom(parts.first),
    };
    this.#over = parts.over;
    this.#usedAt = means.now();
    this.#socket = connectedUdp(parts.to.host, parts.to.port);
    means.readiness.watch(this.#socket.number, () => this.#answer());
  }

  /** When a datagram went either way last, by the clock of the means. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** From the client to the container. What a dead container refuses is lost, as on any wire. */
  pass(bytes: Buffer): void {
    this.#usedAt = this.#means.now();
    sendDatagram(this.#socket.number, bytes);
  }

  end(): void {
    if (!this.#socket.isOpen) return;
    this.#means.readiness.forget(this.#socket.number);
    this.#socket.close();
    this.#over(this);
  }

  #answer(): void {
    const { messages, now } = this.#means;
    for (let count = 0; count < TURN; count++) {
      const length = receiveDatagram(this.#socket.number, messages.bytes);
      if (length === 'nothing') return;
      if (length === 'refused') continue;
      this.#usedAt = now();
      this.#send(messages.bytes.subarray(0, length));
    }
  }

  #send(bytes: Buffer): void {
    const { listener, name, source } = this.#client;
    try {
      this.#means.messages.send(listener, { bytes, name, ...(source && { control: [source] }) });
    } catch {
      // The client is gone or has no route any more: a datagram may be lost.
    }
  }
}
