import type { Socket } from 'node:net';
import { System } from '../base/errors.js';
import type { Fd } from './fd.js';
import { openAsPipe, type PipeOptions } from './netlink-ts/libuv-pipe.js';
import { sys } from './netlink-ts/sys.js';

/**
 * A Node stream on any descriptor that can be polled, netlink and SEQPACKET sockets among them. One `data` event
 * is one read(2) of up to 64 KiB, so datagrams keep their borders; one write is one write(2). A read error, such
 * as a netlink socket's ENOBUFS, ends the stream with `error`. A pidfd reports its process's end by `error` too
 * (EINVAL). The stream takes the descriptor over: destroying it closes it.
 */
export function fdStream(fd: Fd, options: PipeOptions = {}): Socket {
  try {
    return openAsPipe(sys(), fd.release(), options);
  } catch (cause) {
    throw new System('could not read a descriptor in the event loop', { cause });
  }
}
