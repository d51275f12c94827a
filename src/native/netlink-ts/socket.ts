import { type Ack, readAck, throwIfRefused } from './ack.js';
import { NetlinkError } from './error.js';
import { type Decode, Listing } from './listing.js';
import { growSendQueue, openSocket, type SocketOptions } from './open.js';
import { MSG_DONTWAIT, MSG_TRUNC, RECEIVE_BYTES, type Sys } from './sys.js';
import type { Message, Request } from './wire.js';
import { MessageWriter, messages, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST } from './wire.js';

const EBADF = 9;
const EINTR = 4;
const EAGAIN = 11;
const EMSGSIZE = 90;
/** A listing is started anew this often before giving up: something changes faster than it can be read. */
const DUMP_ATTEMPTS = 50;
/** Changes in one datagram that may all be refused: so many answers fit any receive queue. */
const CHANGES_AT_ONCE = 64;
/** Any socket may send datagrams of this length; longer ones want a longer queue. */
const SMALL_DATAGRAM_BYTES = 4096;
const RECEIVE_FLAGS = MSG_DONTWAIT | MSG_TRUNC;

/** A request of a batch, in words, for the error. */
export interface BatchedOperation {
  readonly operation: string;
  readonly sequence: number;
}

/**
 * Requests and their answers over one socket of any netlink protocol. The kernel does the work inside send(2)
 * and queues the answer (of a listing: the next piece, inside recv(2)) before it returns, so that nothing here
 * ever waits for an answer: an empty queue is an error.
 */
export class NetlinkSocket implements Disposable {
  readonly #sys: Sys;
  readonly #writer = new MessageWriter();
  #poolBuffer: Buffer | undefined;
  #fd: number;
  #sequence = 0;
  #longestDatagram = SMALL_DATAGRAM_BYTES;

  /** Opens it in the network namespace that the thread is in. @throws NetlinkError */
  constructor(sys: Sys, options: SocketOptions) {
    this.#sys = sys;
    this.#fd = openSocket(sys, options);
  }

  /** The descriptor, which stays the socket's own; -1 once it is closed. */
  get fd(): number {
    return this.#fd;
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
    const sequence = await this.#sendOnPool(operation, request, NLM_F_REQUEST | NLM_F_ACK);
    this.#readAck(operation, sequence);
  }

  /**
   * Asks for changes that don't depend on each other and gives the errno of each, 0 for success.
   * @throws NetlinkError when the kernel does not answer them
   */
  changeEach(operation: string, requests: readonly Request[]): number[] {
    const errnos: number[] = [];
    for (let from = 0; from < requests.length; from += CHANGES_AT_ONCE) {
      errnos.push(...this.#changeSome(operation, requests.slice(from, from + CHANGES_AT_ONCE)));
    }
    return errnos;
  }

  /**
   * Asks for one object and gives the answer to `receive`. @returns false if the refusal is `absent`, the errno that
   * says that there is none; an error would take longer to make than the question @throws NetlinkError
   */
  ask(
    operation: string,
    request: Request,
    receive: (message: Message) => void,
    absent?: number,
  ): boolean {
    const sequence = this.#send(operation, request, NLM_F_REQUEST);
    let found = true;
    this.#read(operation, (message) => {
      if (message.sequence !== sequence) return false;
      found = absent === undefined || readAck(message)?.errno !== absent;
      if (!found) return true;
      throwIfRefused(operation, message);
      receive(message);
      return true;
    });
    return found;
  }

  /** Lists objects; a listing that the kernel calls inconsistent is started anew. @throws NetlinkError */
  dump<T>(operation: string, request: Request, decode: Decode<T>): T[] {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      const sequence = this.#send(operation, request, NLM_F_REQUEST | NLM_F_DUMP);
      const listing = new Listing(operation, sequence, decode);
      while (!listing.isOver) listing.take(this.#sys.receiveBuffer, this.#receive(operation));
      if (!listing.isInterrupted) return listing.found;
    }
    throw keptChanging(operation);
  }

  /**
   * The same with every system call on one of libuv's threads. Only one at a time, and nothing else meanwhile.
   * @throws NetlinkError
   */
  async dumpAsync<T>(operation: string, request: Request, decode: Decode<T>): Promise<T[]> {
    this.#poolBuffer ??= Buffer.allocUnsafeSlow(RECEIVE_BYTES);
    const bytes = this.#poolBuffer;
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      const sequence = await this.#sendOnPool(operation, request, NLM_F_REQUEST | NLM_F_DUMP);
      const listing = new Listing(operation, sequence, decode);
      while (!listing.isOver) listing.take(bytes, await this.#receiveOnPool(operation, bytes));
      if (!listing.isInterrupted) return listing.found;
    }
    throw keptChanging(operation);
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
    const names = new Map(operations.map(({ operation, sequence }) => [sequence, operation]));
    let refusal: NetlinkError | undefined;
    this.exchange('batch', writer, (ack, sequence) => {
      const operation = names.get(sequence);
      if (operation === undefined) return false;
      if (ack.errno !== 0) refusal ??= new NetlinkError({ operation, ...ack });
      return sequence === last.sequence;
    });
    if (refusal) throw refusal;
  }

  /**
   * Sends messages as one datagram and gives `receive` the acknowledgements and refusals, with the number of the
   * message that each is about, until it says that one was the last. @throws NetlinkError
   */
  exchange(
    operation: string,
    writer: MessageWriter,
    receive: (ack: Ack, sequence: number) => boolean,
  ): void {
    this.#transmit(operation, writer);
    this.#read(operation, (message) => {
      const ack = readAck(message);
      return ack !== undefined && receive(ack, message.sequence);
    });
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    this.#sys.close(this.#fd);
    this.#fd = -1;
  }

  #changeSome(operation: string, requests: readonly Request[]): Iterable<number> {
    const writer = this.#writer;
    const errnos = new Map<number, number>();
    let last = 0;
    writer.reset();
    for (const request of requests) {
      last = this.nextSequence();
      errnos.set(last, 0);
      const isLast = errnos.size === requests.length;
      writer.message(request, isLast ? NLM_F_REQUEST | NLM_F_ACK : NLM_F_REQUEST, last);
    }
    this.exchange(operation, writer, ({ errno }, sequence) => {
      if (errnos.has(sequence)) errnos.set(sequence, errno);
      return sequence === last;
    });
    return errnos.values();
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

  async #sendOnPool(operation: string, request: Request, flags: number): Promise<number> {
    this.#assertOpen(operation);
    const writer = new MessageWriter(256);
    const sequence = this.nextSequence();
    writer.message(request, flags, sequence);
    const sent = await this.#sys.sendOnPool(this.#fd, writer.bytes, writer.length, 0);
    if (sent < 0) throw failure(operation, -sent);
    return sequence;
  }

  #transmit(operation: string, { bytes, length }: MessageWriter): void {
    this.#assertOpen(operation);
    if (length > this.#longestDatagram) {
      this.#longestDatagram = 2 * length;
      growSendQueue(this.#sys, this.#fd, this.#longestDatagram);
    }
    if (this.#sys.send(this.#fd, bytes, length, 0) < 0) throw failure(operation, this.#sys.errno());
  }

  /** Reads datagrams until `receive` has said of a message that it was the last. */
  #read(operation: string, receive: (message: Message) => boolean): void {
    const { receiveBuffer } = this.#sys;
    for (let done = false; !done; ) {
      const length = this.#receive(operation);
      for (const message of messages(receiveBuffer, length)) done = receive(message) || done;
    }
  }

  /** Reads a datagram into the shared buffer. */
  #receive(operation: string): number {
    const { receiveBuffer } = this.#sys;
    const length = Number(this.#sys.recv(this.#fd, receiveBuffer, RECEIVE_BYTES, RECEIVE_FLAGS));
    return checkLength(operation, length < 0 ? -this.#sys.errno() : length);
  }

  async #receiveOnPool(operation: string, into: Buffer): Promise<number> {
    const length = await this.#sys.recvOnPool(this.#fd, into, RECEIVE_BYTES, RECEIVE_FLAGS);
    return checkLength(operation, length);
  }

  #assertOpen(operation: string): void {
    if (this.#fd < 0) throw failure(operation, EBADF, 'the socket was disposed');
  }
}

/** The length of what was read, given that or an errno, negative. */
function checkLength(operation: string, length: number): number {
  if (length > RECEIVE_BYTES) throw failure(operation, EMSGSIZE);
  if (length >= 0) return length;
  const isUnanswered = length === -EAGAIN;
  throw failure(operation, -length, isUnanswered ? 'the kernel did not answer' : undefined);
}

function keptChanging(operation: string): NetlinkError {
  return failure(operation, EINTR, 'listing kept changing');
}

function failure(operation: string, errno: number, kernelMessage?: string): NetlinkError {
  return new NetlinkError({ operation, errno, kernelMessage });
}
