import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { AttachedStreams, OutputChunk } from '../../api/server/backend.js';

/** First byte of a packet from conmon: which stream the rest is of. */
const STDERR = 3;
/** conmon receives into 32 KiB; of a longer packet the rest would be lost (conmon: config.h, CONN_SOCK_BUF_SIZE). */
const MAX_PACKET = 16 * 1024;

/** How to attach. */
export interface AttachOptions {
  readonly tty: boolean;
  /** Whether input is wanted. */
  readonly stdin: boolean;
  /** Whether the process reads any; if not, what is written is dropped. */
  readonly openStdin: boolean;
  /**
   * Whether conmon closes the process's stdin as soon as any client is gone: then one that only listens stays
   * connected after `abort`, unheard, until the process ends.
   */
  readonly linger: boolean;
}

/** The streams of a process behind conmon's SEQPACKET attach socket. Takes the socket over. */
export function attachedStreams(socket: Socket, options: AttachOptions): AttachedStreams {
  const output = new Output(socket);
  const base = {
    tty: options.tty,
    chunks: output,
    abort: () => output.abort(options.linger && !options.stdin),
  };
  return options.stdin ? { ...base, stdin: options.openStdin ? inputOf(socket) : nowhere() } : base;
}

/** Packets as they come. While nobody asks for the next one nothing is read, and in the end the process has to wait. */
class Output implements AsyncIterable<OutputChunk> {
  readonly #socket: Socket;
  readonly #queue: Buffer[] = [];
  #over = false;
  #wake = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    // A reset is an end like any other: conmon is gone.
    socket.on('error', () => socket.destroy());
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.#over = true;
        this.#wake();
      });
    }
    socket.pause();
    socket.on('data', (packet: Buffer) => this.#take(packet));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk> {
    while (true) {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) yield chunkOf(next);
      if (this.#over) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#socket.resume();
      });
    }
  }

  abort(linger: boolean): void {
    this.#over = true;
    this.#queue.length = 0;
    if (linger) this.#socket.resume();
    else this.#socket.destroy();
    this.#wake();
  }

  #take(packet: Buffer): void {
    // Aborted, but to stay connected: nobody hears it.
    if (this.#over) return;
    this.#queue.push(packet);
    this.#socket.pause();
    this.#wake();
  }
}

function chunkOf(packet: Buffer): OutputChunk {
  return { stream: packet[0] === STDERR ? 'stderr' : 'stdout', data: packet.subarray(1) };
}

/** Sends packet by packet: a socket that may gather writes would make one big packet of several. */
function inputOf(socket: Socket): Duplex {
  return new Duplex({
    read: endOfInput,
    write(chunk: Buffer, _encoding, done) {
      sendAll(socket, chunk).then(() => done(), done);
    },
    final(done) {
      // shutdown(2) of our writing side: conmon sees the end of input, its output goes on.
      socket.end(() => done());
    },
  });
}

/** Nothing comes out of this side. */
function endOfInput(this: Duplex): void {
  this.push(null);
}

function nowhere(): Duplex {
  return new Duplex({ read: endOfInput, write: (_chunk, _encoding, done) => done() });
}

async function sendAll(socket: Socket, data: Buffer): Promise<void> {
  for (let at = 0; at < data.length; at += MAX_PACKET) {
    await new Promise<void>((resolve, reject) => {
      socket.write(data.subarray(at, at + MAX_PACKET), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }
}
