import { Socket } from 'node:net';
import { NetlinkError } from './error.js';
import type { Sys } from './sys.js';

/** What is used of Node's internal handle for libuv's uv_pipe_t. */
interface PipeHandle {
  /** 0, or a negative errno. From here on the handle owns the descriptor and closes it. */
  open(fd: number): number;
}

/**
 * Reads any descriptor in Node's event loop, a datagram per `data` event (64 kB at most). Node itself looks
 * at a descriptor's type and refuses netlink sockets; libuv's pipe doesn't. The stream owns the descriptor.
 */
export function openAsPipe(sys: Sys, fd: number): Socket {
  const handle = newPipeHandle(sys);
  const status = handle.open(fd);
  if (status < 0) throw new NetlinkError({ operation: 'watch descriptor', errno: -status });
  return new Socket({ handle, readable: true, writable: false } as ConstructorParameters<
    typeof Socket
  >[0]);
}

/** Node doesn't export the class; a socket on a real pipe has an instance. */
function newPipeHandle(sys: Sys): PipeHandle {
  const [readEnd, writeEnd] = sys.pipe();
  const sample = new Socket({ fd: readEnd, readable: true, writable: false });
  const { _handle: handle } = sample as unknown as { _handle: object };
  const Pipe = handle.constructor as new (type: number) => PipeHandle;
  sample.destroy();
  sys.close(writeEnd);
  return new Pipe(0);
}
