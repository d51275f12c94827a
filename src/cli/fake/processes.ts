import type { Duplex } from 'node:stream';
import type { Recorded } from './answers.js';

/** Docker's frame: stream number, three zero bytes, length, data. */
export function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const data = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

/** Plays the process behind an attached connection: says a line on both streams, or echoes its input if it has any. */
export function hijack(request: Recorded, socket: Duplex): void {
  const tty = (request.body as { Tty?: boolean } | undefined)?.Tty === true;
  const wrap = (stream: 1 | 2, text: string | Buffer) => (tty ? text : frame(stream, text));
  socket.write(wrap(1, 'to stdout\n'));
  socket.write(wrap(2, 'to stderr\n'));
  if (request.query['stdin'] !== '1') {
    socket.end();
    return;
  }
  socket.on('data', (data: Buffer) => socket.write(wrap(1, data)));
  socket.once('end', () => socket.end(wrap(1, 'end of input\n')));
}
