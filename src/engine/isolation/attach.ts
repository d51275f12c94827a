import type { Socket } from 'node:net';
import { join } from 'node:path/posix';
import { Duplex } from 'node:stream';
import type { AttachedStreams, OutputChunk } from '../../api/server/backend.js';
import { Conflict } from '../../base/errors.js';
import { duplicateFd, type Fd } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import { fdStream } from '../../native/poll.js';
import { connectSeqpacket } from '../../native/unixsocket.js';
import { ATTACH_SOCKET } from './conmon-command.js';

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

/** The streams of a process whose conmon works in a folder. `subject` is what isn't running if none is there. @throws Conflict */
export function attachTo(subject: string, folder: string, options: AttachOptions): AttachedStreams {
  try {
    return attachedStreams(connectSeqpacket(join(folder, ATTACH_SOCKET)), options);
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT', 'ECONNREFUSED')) throw cause;
    throw new Conflict(`${subject} is not running`, { cause });
  }
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
  #socket: Socket;
  /** A second descriptor of the connection. */
  readonly #spare: Fd;
  #over = false;
  #wake = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#spare = duplicateFd(descriptorOf(socket));
    this.#listen(socket);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk> {
    while (true) {
      const packet: Buffer | null = this.#socket.read();
      if (packet) yield chunkOf(packet);
      else if (this.#over) return;
      else await new Promise<void>((resolve) => this.#sleep(resolve));
    }
  }

  abort(linger: boolean): void {
    this.#finish();
    if (linger) this.#socket.removeAllListeners('readable').resume();
    else this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    stopAfterEachPacket(socket);
    // Not at once: reading on within libuv's callback would undo the stop.
    socket.on('readable', () => setImmediate(() => this.#wake()));
    socket.once('error', (error) => this.#recover(error));
    socket.once('close', () => {
      if (socket === this.#socket) this.#finish();
    });
  }

  /**
   * Input that conmon did not take before its end makes the first read afterwards fail with ECONNRESET; the
   * output that it sent before is still there for the reads after that one (unix(7), recvmsg of AF_UNIX).
   */
  #recover(error: Error): void {
    const again = isErrno(error, 'ECONNRESET', 'EPIPE') && this.#spare.isOpen && !this.#over;
    this.#socket.destroy();
    if (!again) return;
    // The spare stays: a write that failed (EPIPE) leaves the error of the read still to come.
    this.#socket = fdStream(duplicateFd(this.#spare.number), { writable: false });
    this.#listen(this.#socket);
  }

  #finish(): void {
    this.#over = true;
    this.#spare.close();
    this.#wake();
  }

  #sleep(wake: () => void): void {
    this.#wake = wake;
  }
}

/**
 * When the other end hangs up, libuv takes a read that did not fill its buffer for the last one, which is wrong with
 * packets. It does not if reading is stopped by then: so let the first packet fill the stream's buffer.
 */
function stopAfterEachPacket(socket: Socket): void {
  const state: { highWaterMark: number } = Reflect.get(socket, '_readableState');
  state.highWaterMark = 1;
}

function descriptorOf(socket: Socket): number {
  const handle: { readonly fd: number } = Reflect.get(socket, '_handle');
  return handle.fd;
}

function chunkOf(packet: Buffer): OutputChunk {
  return { stream: packet[0] === STDERR ? 'stderr' : 'stdout', data: packet.subarray(1) };
}

/** Sends packet by packet: a socket that may gather writes would make one big packet of several. */
function inputOf(socket: Socket): Duplex {
  const input = new Duplex({
    read: endOfInput,
    write(chunk: Buffer, _encoding, done) {
      sendAll(socket, chunk).then(() => done(), done);
    },
    final(done) {
      // shutdown(2) of our writing side: conmon sees the end of input, its output goes on.
      socket.end(() => done());
    },
  });
  // A process need not read its input: whoever writes may listen, but need not.
  return input.on('error', () => {});
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
