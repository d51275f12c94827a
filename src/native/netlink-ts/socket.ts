import { readAck } from './ack.js';
import { NetlinkError } from './error.js';
import { openSocket } from './open.js';
import { MSG_DONTWAIT, MSG_TRUNC, RECEIVE_BYTES, type Sys } from './sys.js';
import type { Message, Request } from './wire.js';
import {
  MessageWriter,
  messages,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_MIN_TYPE,
} from './wire.js';

const EBADF = 9;
const EINTR = 4;
const EMSGSIZE = 90;
/** A listing is started anew this often before giving up: something changes faster than it can be read. */
const DUMP_ATTEMPTS = 50;

/** A request of a batch, in words, for the error. */
export interface BatchedOperation {
  readonly operation: string;
  readonly sequence: number;
}

/**
 * Requests and their answers over one socket. The kernel does the work inside send(2) and queues the
 * answer (of a listing: the next piece, inside recv(2)) before it returns, so that nothing here ever waits
 * for an answer: an empty queue is an error.
 */
export class NetlinkSocket implements Disposable {
  readonly #sys: Sys;
  readonly #writer = new MessageWriter();
  #fd: number;
  #sequence = 0;

  /** Opens it in the network namespace that the thread is in. @throws NetlinkError */
  constructor(sys: Sys) {
    this.#sys = sys;
    this.#fd = openSocket(sys);
  }

  /** Asks for a change and reads the acknowledgement. @throws NetlinkError */
  change(operation: string, request: Request): void {
    const sequence = this.#send(operation, request, NLM_F_REQUEST | NLM_F_ACK);
    this.#readAck(operation, sequence);
  }

  /**
   * The same with send(2), which is where the kernel works, on one of libuv's threads. Only one at a time,
   * and nothing else meanwhile. @throws NetlinkError
   */
  async changeAsync(operation: string, request: Request): Promise<void> {
    this.#assertOpen(operation);
    const writer = new MessageWriter(256);
    const sequence = this.nextSequence();
    writer.message(request, NLM_F_REQUEST | NLM_F_ACK, sequence);
    const sent = await this.#sys.sendOnPool(this.#fd, writer.bytes, writer.length, 0);
    // The thread's errno is lost; send(2) fails only for want of memory here.
    if (sent < 0) throw new NetlinkError({ operation, errno: 105 });
    this.#readAck(operation, sequence);
  }

  /** Asks for one object and gives the answer to `receive`. @throws NetlinkError */
  ask(operation: string, request: Request, receive: (message: Message) => void): void {
    const sequence = this.#send(operation, request, NLM_F_REQUEST);
    this.#read(operation, (message) => {
      if (message.sequence !== sequence) return false;
      throwIfRefused(operation, message);
      receive(message);
      return true;
    });
  }

  /** Lists objects; a listing that the kernel calls inconsistent is started anew. @throws NetlinkError */
  dump<T>(operation: string, request: Request, decode: (message: Message) => T | undefined): T[] {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      const found = this.#dumpOnce(operation, request, decode);
      if (found) return found;
    }
    throw new NetlinkError({ operation, errno: EINTR, kernelMessage: 'listing kept changing' });
  }

  /** The number that the next message is to carry. */
  nextSequence(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return this.#sequence;
  }

  /**
   * Sends messages as one datagram. Only the last is to ask for an acknowledgement: refusals are answered
   * anyway. All answers are read, then the first refusal is thrown. @throws NetlinkError
   */
  batch(writer: MessageWriter, operations: readonly BatchedOperation[]): void {
    const last = operations.at(-1);
    if (!last) return;
    this.#transmit('batch', writer);
    const names = new Map(operations.map(({ operation, sequence }) => [sequence, operation]));
    let refusal: NetlinkError | undefined;
    this.#read('batch', (message) => {
      const operation = names.get(message.sequence);
      const ack = operation === undefined ? undefined : readAck(message);
      if (!ack || operation === undefined) return false;
      if (ack.errno !== 0) refusal ??= new NetlinkError({ operation, ...ack });
      return message.sequence === last.sequence;
    });
    if (refusal) throw refusal;
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    this.#sys.close(this.#fd);
    this.#fd = -1;
  }

  #dumpOnce<T>(
    operation: string,
    request: Request,
    decode: (message: Message) => T | undefined,
  ): T[] | undefined {
    const found: T[] = [];
    let interrupted = false;
    const sequence = this.#send(operation, request, NLM_F_REQUEST | NLM_F_DUMP);
    this.#read(operation, (message) => {
      if (message.sequence !== sequence) return false;
      if (message.flags & NLM_F_DUMP_INTR) interrupted = true;
      if (message.type < NLMSG_MIN_TYPE) return throwIfRefused(operation, message);
      const object = decode(message);
      if (object !== undefined) found.push(object);
      return false;
    });
    return interrupted ? undefined : found;
  }

  #readAck(operation: string, sequence: number): void {
    this.#read(
      operation,
      (message) => message.sequence === sequence && throwIfRefused(operation, message),
    );
  }

  #send(operation: string, request: Request, flags: number): number {
    const sequence = this.nextSequence();
    this.#writer.reset();
    this.#writer.message(request, flags, sequence);
    this.#transmit(operation, this.#writer);
    return sequence;
  }

  #transmit(operation: string, writer: MessageWriter): void {
    this.#assertOpen(operation);
    if (this.#sys.send(this.#fd, writer.bytes, writer.length, 0) < 0) {
      throw new NetlinkError({ operation, errno: this.#sys.errno() });
    }
  }

  /** Reads datagrams until `receive` has said of a message that it was the last. */
  #read(operation: string, receive: (message: Message) => boolean): void {
    const { receiveBuffer } = this.#sys;
    for (let done = false; !done; ) {
      const length = this.#receive(operation, receiveBuffer);
      for (const message of messages(receiveBuffer, length)) done = receive(message) || done;
    }
  }

  #receive(operation: string, into: Buffer): number {
    const flags = MSG_DONTWAIT | MSG_TRUNC;
    const length = Number(this.#sys.recv(this.#fd, into, RECEIVE_BYTES, flags));
    if (length < 0) throw new NetlinkError({ operation, errno: this.#sys.errno() });
    if (length > RECEIVE_BYTES) throw new NetlinkError({ operation, errno: EMSGSIZE });
    return length;
  }

  #assertOpen(operation: string): void {
    if (this.#fd < 0) {
      throw new NetlinkError({ operation, errno: EBADF, kernelMessage: 'rtnetlink was disposed' });
    }
  }
}

/** True for an acknowledgement or the end of a listing; false for anything else but a refusal. */
function throwIfRefused(operation: string, message: Message): boolean {
  const ack = readAck(message);
  if (ack && ack.errno !== 0) throw new NetlinkError({ operation, ...ack });
  return ack !== undefined;
}
