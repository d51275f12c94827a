import type { Socket } from 'node:net';
import { DnsFraming, framed } from './framing.js';

/** Bounds on one TCP client. */
export interface ConnectionLimits {
  /** How long a complete query may be waited for, 10000. A byte now and then doesn't prolong it. */
  readonly idleMs: number;
  /** Queries answered at the same time, 16; the next ones stay in the kernel. */
  readonly concurrent: number;
  /** Bytes of answers that the client hasn't read yet, 262144; beyond, it is cut off. */
  readonly unread: number;
}

/** Used where nothing else is said. */
export const defaultConnectionLimits: ConnectionLimits = {
  idleMs: 10_000,
  concurrent: 16,
  unread: 256 * 1024,
};

/** Serves the queries of one TCP connection until either side ends it or a limit is reached. */
export function serveConnection(
  socket: Socket,
  answer: (packet: Buffer) => Buffer | Promise<Buffer> | undefined,
  limits: ConnectionLimits,
): void {
  const framing = new DnsFraming();
  let running = 0;
  const idle = setTimeout(() => socket.destroy(), limits.idleMs);
  const reply = (bytes: Buffer) => {
    if (socket.destroyed) return;
    socket.write(framed(bytes));
    if (socket.writableLength > limits.unread) socket.destroy();
  };
  const handle = async (packet: Buffer): Promise<void> => {
    running++;
    if (running >= limits.concurrent) socket.pause();
    try {
      const bytes = await answer(packet);
      if (bytes) reply(bytes);
    } catch {
      // An answer that can't be made is no reason to stop serving the others.
      socket.destroy();
    } finally {
      running--;
      idle.refresh();
      if (running < limits.concurrent) socket.resume();
    }
  };
  socket.on('data', (chunk: Buffer) => {
    for (const packet of framing.push(chunk)) {
      idle.refresh();
      void handle(packet);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(idle));
}
