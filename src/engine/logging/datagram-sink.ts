import { setTimeout as delay } from 'node:timers/promises';
import { sendDatagram } from '../../native/datagram.js';
import type { Fd } from '../../native/fd.js';
import type { LogRecord } from './log-lines.js';
import type { LogSink } from './sink.js';

/** A reader that is behind makes the kernel refuse for a while. */
const TRIES = 100;
const PAUSE_MS = 20;

/** Sends a datagram for each record. Takes the socket over. */
export function datagramSink(
  socket: Fd,
  written: (records: readonly LogRecord[]) => Buffer[],
): LogSink {
  return {
    async send(records) {
      for (const message of written(records)) await sendOne(socket, message);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

async function sendOne(socket: Fd, message: Buffer): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (sendDatagram(socket.number, message)) return;
    await delay(PAUSE_MS, undefined, { ref: false });
  }
  throw new Error('the log socket takes nothing');
}
