import type { Socket as DgramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { DnsFraming, framed } from './framing.js';

/** One question to one name server. */
export interface Exchange {
  readonly address: string;
  readonly port: number;
  readonly request: Buffer;
  /** Whether a packet is the answer. Whatever else arrives is ignored. */
  readonly accept: (packet: Buffer) => boolean;
  readonly timeoutMs: number;
}

/**
 * Asks by UDP and closes the socket. The socket is connected, so the kernel drops what comes from
 * elsewhere and reports a closed port at once. Undefined when no answer came in time.
 */
export function askByUdp(socket: DgramSocket, exchange: Exchange): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const finish = once((answer?: Buffer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    });
    const timer = setTimeout(finish, exchange.timeoutMs);
    // Errors may come after the end, from the kernel; without a listener they would stop the process.
    socket.on('error', () => finish());
    socket.on('message', (packet) => {
      if (exchange.accept(packet)) finish(packet);
    });
    socket.on('connect', () => socket.send(exchange.request));
    connect(() => socket.connect(exchange.port, exchange.address), finish);
  });
}

/** Asks by TCP and closes the socket. Undefined when no answer came in time. */
export function askByTcp(socket: Socket, exchange: Exchange): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const framing = new DnsFraming();
    const finish = once((answer?: Buffer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    });
    const timer = setTimeout(finish, exchange.timeoutMs);
    socket.on('error', () => finish());
    socket.on('close', () => finish());
    socket.on('data', (chunk: Buffer) => {
      const answer = framing.push(chunk).find(exchange.accept);
      if (answer) finish(Buffer.from(answer));
    });
    socket.on('connect', () => socket.write(framed(exchange.request)));
    connect(() => socket.connect(exchange.port, exchange.address), finish);
  });
}

function connect(start: () => void, failed: () => void): void {
  try {
    start();
  } catch {
    failed();
  }
}

function once(action: (answer?: Buffer) => void): (answer?: Buffer) => void {
  let done = false;
  return (answer) => {
    if (done) return;
    done = true;
    action(answer);
  };
}
