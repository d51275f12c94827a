import type { Fd } from '../native/fd.js';
import {
  DESCRIPTORS_CONTROL,
  descriptorsIn,
  SocketMessages,
  withDescriptors,
} from '../native/socketmessage.js';

/** The longest packet. */
const PACKET_BYTES = 65_536;
/** When there is no room in the socket's queue: the other side needs a moment to read. */
const RETRY_MS = 2;

/** A packet that was read. Its sockets belong to the reader. */
export interface Packet<T> {
  readonly message: T;
  readonly sockets: readonly Fd[];
}

/** Packets with sockets over one connection, `Out` one way and `In` the other. Order is kept, nothing waits. */
export class Packets<Out, In> {
  readonly #fd: number;
  readonly #messages = new SocketMessages({ length: PACKET_BYTES, control: DESCRIPTORS_CONTROL });
  #waiting: { readonly message: Out; readonly sockets: readonly number[] }[] = [];
  #closed = false;

  /** `fd` stays the caller's, who closes it after {@link close}. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Sends, or keeps to send later. The sockets must stay open until the other side has answered. */
  send(message: Out, sockets: readonly number[] = []): void {
    if (this.#closed) return;
    this.#waiting.push({ message, sockets });
    if (this.#waiting.length === 1) this.#flush();
  }

  /**
   * The next packet; undefined: none at the moment; `end`: the other side is gone. What is no JSON counts as the
   * end, too. @throws SyscallError
   */
  receive(): Packet<In> | undefined | 'end' {
    const received = this.#messages.receive(this.#fd);
    if (!received) return undefined;
    const sockets = descriptorsIn(received);
    if (received.length === 0) return 'end';
    try {
      const text = this.#messages.bytes.toString('utf8', 0, received.length);
      return { message: JSON.parse(text) as In, sockets };
    } catch {
      for (const socket of sockets) socket.close();
      return 'end';
    }
  }

  /** Drops what was not sent. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  #flush(): void {
    while (this.#waiting[0]) {
      if (!this.#sendNow(this.#waiting[0])) {
        setTimeout(() => this.#flush(), RETRY_MS);
        return;
      }
      this.#waiting.shift();
    }
  }

  /** @returns false if it must wait; one that can't be sent at all is dropped: the other side is gone */
  #sendNow({ message, sockets }: { message: Out; sockets: readonly number[] }): boolean {
    const bytes = Buffer.from(JSON.stringify(message));
    try {
      return this.#messages.send(this.#fd, {
        bytes,
        ...(sockets.length > 0 && { control: [withDescriptors(sockets)] }),
      });
    } catch {
      this.close();
      return true;
    }
  }
}
