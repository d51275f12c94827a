import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { duplicateFd, type Fd } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';

/** As much as a pipe holds by default (pipe(7)). */
const PIPE_SIZE = 64 * 1024;

/** The reading end of a pipe that a process writes to, which others may hold longer than the process lives. */
export class PipeEnd {
  readonly #socket: Socket;
  /** The same pipe, to look into it without waiting. */
  readonly #spare: Fd;
  #isFinished = false;
  #isDropped = false;

  /** Takes the descriptor over. `heard` is called when there may be something to read, or no more. */
  constructor(read: Fd, heard: () => void) {
    this.#spare = duplicateFd(read.number);
    this.#socket = new Socket({ fd: read.release(), readable: true, writable: false });
    this.#socket.on('readable', heard).on('close', heard);
    // A pipe that fails has ended.
    this.#socket.on('error', () => {});
  }

  /** Nothing more will come than {@link next} gives. */
  get isOver(): boolean {
    return this.#isFinished || this.#socket.destroyed;
  }

  /** What there is to read by now; undefined if that is nothing. */
  next(): Buffer | undefined {
    const data: Buffer | null = this.#socket.read();
    return data ?? (this.#isFinished ? this.#rest() : undefined);
  }

  /** The process has ended: nothing that comes later is of any interest. */
  finish(): void {
    this.#isFinished = true;
    if (this.#isDropped) this.#close();
  }

  /** Nobody will ask any more. Until the process has ended what it writes is read all the same. */
  drop(): void {
    if (this.#isFinished) this.#close();
    else if (!this.#isDropped) this.#socket.removeAllListeners('readable').resume();
    this.#isDropped = true;
  }

  /** What libuv has not read yet. It reads between our turns only, so the order is kept. */
  #rest(): Buffer | undefined {
    if (!this.#spare.isOpen) return undefined;
    const room = Buffer.allocUnsafe(PIPE_SIZE);
    try {
      const length = readSync(this.#spare.number, room);
      return length === 0 ? undefined : room.subarray(0, length);
    } catch (error) {
      if (isErrno(error, 'EAGAIN')) return undefined;
      throw error;
    }
  }

  #close(): void {
    this.#socket.destroy();
    this.#spare.close();
  }
}
