import type { Duplex } from 'node:stream';
import { libc } from './libc.js';

const ioctl = libc.fn<(fd: number, request: number, value: Uint8Array) => number>(
  'int ioctl(int fd, unsigned long request, void *value)',
);

/** linux/sockios.h. Of a unix socket it counts what is in the peer's queue, with the kernel's own data about it. */
const SIOCOUTQ = 0x5411;

/**
 * How much of what was sent on a unix socket its peer has not read yet; 0 when it has read all, and for whatever is no
 * unix socket: over TCP the kernel knows what has arrived, not what is read.
 */
export function unreadBytes(socket: Duplex): number {
  if ('remoteAddress' in socket && socket.remoteAddress !== undefined) return 0;
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = handle && typeof handle === 'object' ? Reflect.get(handle, 'fd') : undefined;
  if (typeof fd !== 'number' || fd < 0) return 0;
  const value = Buffer.alloc(4);
  return ioctl(fd, SIOCOUTQ, value) === 0 ? value.readInt32LE(0) : 0;
}
