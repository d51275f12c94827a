import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { System } from '../../base/errors.js';
import type { Fd } from '../../native/fd.js';
import { fdStream } from '../../native/poll.js';
import { waitReadable } from '../../native/readable.js';
import { type Packet, Packets } from '../../proxy/packets.js';
import {
  type Order,
  PROTOCOL_VERSION,
  portsOf,
  type Report,
  type ServedPort,
} from '../../proxy/protocol.js';

/** A proxy that runs answers at once, however much it serves. */
const ANSWER_MS = 3000;

/** Ports that a proxy serves already, with its sockets. */
export interface Found {
  readonly owner: string;
  readonly ports: readonly ServedPort<Fd>[];
}

/** What is heard of the proxy. */
export interface ChannelListener {
  stopped(ticket: number): void;
  /** It is gone, or was told to go. */
  ended(): void;
}

/** The connection to a proxy. */
export class ProxyChannel {
  readonly #fd: Fd;
  readonly #packets: Packets<Order, Report>;
  #stream: Socket | undefined;

  /** `fd` is the channel's from now on. */
  constructor(fd: Fd) {
    this.#fd = fd;
    this.#packets = new Packets(fd.number);
  }

  /**
   * Greets a proxy that was there before, and waits for what it serves.
   * @returns undefined if it speaks another version @throws System if it doesn't answer
   */
  greet(): Found[] | undefined {
    this.#packets.send({ op: 'hello', version: PROTOCOL_VERSION });
    const until = performance.now() + ANSWER_MS;
    const found: Found[] = [];
    for (;;) {
      const { message, sockets } = this.#next(until);
      if (message.op === 'hello' && message.version !== PROTOCOL_VERSION) return undefined;
      if (message.op === 'holds')
        found.push({ owner: message.owner, ports: portsOf({ ...message, sockets }) });
      if (message.op === 'ready') return found;
    }
  }

  /** Has the proxy give up its ports but not its flows, and waits until they are free. @throws System if it doesn't */
  retire(): void {
    this.#packets.send({ op: 'retire' });
    const until = performance.now() + ANSWER_MS;
    for (;;) {
      const packet = this.#received(until);
      if (packet === 'end') return;
      // What it said before it heard of it.
      for (const socket of packet.sockets) socket.close();
    }
  }

  #next(until: number): Packet<Report> {
    const packet = this.#received(until);
    if (packet === 'end') throw new System('the proxy has ended');
    return packet;
  }

  #received(until: number): Packet<Report> | 'end' {
    for (;;) {
      const packet = this.#packets.receive();
      if (packet) return packet;
      const left = until - performance.now();
      if (left <= 0 || !waitReadable(this.#fd.number, left)) {
        throw new System('the proxy does not answer');
      }
    }
  }

  /** Hears what the proxy says from now on. */
  listen(listener: ChannelListener): void {
    const stream = fdStream(this.#fd.duplicate());
    this.#stream = stream;
    stream.unref();
    stream.on('data', (bytes: Buffer) => {
      const report = JSON.parse(bytes.toString('utf8')) as Report;
      if (report.op === 'stopped') listener.stopped(report.ticket);
    });
    stream.on('error', () => stream.destroy());
    stream.on('close', () => {
      this.close();
      listener.ended();
    });
  }

  send(order: Order, sockets?: readonly number[]): void {
    this.#packets.send(order, sockets);
  }

  /** Leaves the proxy alone. */
  close(): void {
    this.#packets.close();
    this.#stream?.destroy();
    this.#fd.close();
  }

  /** Until the proxy is gone, or for so long. */
  async ended(timeoutMs: number): Promise<void> {
    const stream = this.#stream;
    if (!stream || stream.destroyed) return;
    stream.ref();
    const closed = new Promise((resolve) => stream.once('close', resolve));
    await Promise.race([closed, delay(timeoutMs, undefined, { ref: false })]);
  }
}
