import { Socket } from 'node:net';
import { NetlinkError } from './error.js';
import type { Sys } from './sys.js';

/** What is used of Node's internal handle for libuv's uv_pipe_t. */
interface PipeHandle {
  /** 0, or a negative errno. From here on the handle owns the descriptor and closes it. */
  open(fd: number): number;
}

type PipeConstructor = new (type: number) => PipeHandle;

const found: { pipe?: PipeConstructor } = {};

/** Which ways a stream goes; both by default. */
export interface PipeOptions {
  readonly readable?: boolean;
  readonly writable?: boolean;
}

/**
 * A stream on any descriptor that can be polled: one read(2) of up to 64 KiB is a `data` event, one write a
 * write(2). Node itself looks at a descriptor's type and refuses netlink sockets; libuv's pipe doesn't. The
 * stream owns the descriptor. @throws NetlinkError when it can't be polled; it is closed then
 */
export function openAsPipe(
  sys: Sys,
  fd: number,
  { readable = true, writable = true }: PipeOptions = {},
): Socket {
  found.pipe ??= pipeConstructor(sys);
  const handle = new found.pipe(0);
  const status = handle.open(fd);
  if (status < 0) {
    sys.close(fd);
    throw new NetlinkError({ operation: `poll descriptor ${fd}`, errno: -status });
  }
  const options = { handle, readable, writable };
  return new Socket(options);
}

/** Node doesn't export the class; a socket on a real pipe has an instance. */
function pipeConstructor(sys: Sys): PipeConstructor {
  const [readEnd, writeEnd] = sys.pipe();
  const sample = new Socket({ fd: readEnd, readable: true, writable: false });
  const { _handle: handle } = sample as unknown as { _handle: object };
  sample.destroy();
  sys.close(writeEnd);
  return handle.constructor as PipeConstructor;
}
