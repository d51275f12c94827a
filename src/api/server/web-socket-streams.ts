import { StringDecoder } from 'node:string_decoder';
import type { WebSocket } from 'ws';
import type { AttachedStreams } from './backend.js';

/** Kinds of messages: old clients expect text. */
export type MessageKind = 'binary' | 'text';

/** RFC 6455, 7.4.1: the purpose is fulfilled. */
const normalEnd = 1000;

/**
 * Joins a web socket with a process: messages are its input, and its output goes without frames of Docker's, both streams
 * together. Ends with the process, or once the client has gone.
 */
export async function joinWebSocket(
  streams: AttachedStreams,
  socket: WebSocket,
  kind: MessageKind,
): Promise<void> {
  const { stdin } = streams;
  socket.on('message', (data: Buffer) => {
    if (!stdin || stdin.write(data)) return;
    socket.pause();
    stdin.once('drain', () => socket.resume());
  });
  socket.once('close', () => leave(streams));
  socket.on('error', () => socket.terminate());
  const send = sender(socket, kind);
  try {
    // What the client doesn't see any more is read as well: its input may still be on the way.
    for await (const { data } of streams.chunks) await send(data);
  } finally {
    socket.close(normalEnd);
  }
}

/** A terminal has no end of input: a client that goes away has just detached. */
function leave({ tty, stdin, abort }: AttachedStreams): void {
  if (tty || !stdin) abort();
  else stdin.end(() => abort());
}

/** Gives a function that resolves once the bytes are on their way, or nobody wants them any more. */
function sender(socket: WebSocket, kind: MessageKind): (data: Buffer) => Promise<void> {
  // Half a character at the end of a message would be an error of ours.
  const decoder = new StringDecoder('utf8');
  return (data) => {
    const message = kind === 'binary' ? data : decoder.write(data);
    if (message.length === 0 || socket.readyState !== socket.OPEN) return Promise.resolve();
    return new Promise((done) => socket.send(message, () => done()));
  };
}
