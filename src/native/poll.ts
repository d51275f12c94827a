import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { System } from '../base/errors.js';
import { type Fd, pipe } from './fd.js';
import { once } from './once.js';

/** The part of libuv's pipe handle that we use; Node hands it around but does not name it. */
interface PipeHandle {
  /** uv_pipe_open: takes any pollable descriptor and makes it non-blocking. @returns 0 or a negative errno */
  open(fd: number): number;
}

type PipeConstructor = new (kind: number) => PipeHandle;

/** Node's class for libuv pipes, taken from a socket that has one; `new net.Socket({fd})` checks the type of the descriptor. */
const pipeClass = once((): PipeConstructor => {
  const { read, write } = pipe();
  write.close();
  const socket = new Socket({ fd: read.release() });
  const handle: object = Reflect.get(socket, '_handle');
  socket.destroy();
  return handle.constructor as PipeConstructor;
});

/** Which ways a stream goes; both by default. */
export interface StreamOptions {
  readonly readable?: boolean;
  readonly writable?: boolean;
}

/**
 * A Node stream on any descriptor that can be polled, netlink and SEQPACKET sockets among them. One `data` event
 * is one read(2) of up to 64 KiB, so datagrams keep their borders; one write is one write(2). A read error, such
 * as a netlink socket's ENOBUFS, ends the stream with `error`. A pidfd reports its process's end by `error` too
 * (EINVAL). The stream takes the descriptor over: destroying it closes it.
 */
export function fdStream(fd: Fd, { readable = true, writable = true }: StreamOptions = {}): Socket {
  const handle = new (pipeClass())(0);
  const number = fd.release();
  const status = handle.open(number);
  if (status !== 0) {
    closeSync(number);
    throw new System(`cannot poll descriptor ${number}`);
  }
  const options = { handle, readable, writable };
  return new Socket(options);
}
