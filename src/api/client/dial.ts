import { connect, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Address, ClientTls } from './address.js';
import { ConnectionFailed } from './errors.js';

/**
 * Opens a connection to the daemon. Its two directions end apart: an attached stdin ends before the output does.
 * TLS and ssh are loaded by those who use them. @throws ConnectionFailed
 */
export async function dial(address: Address): Promise<Duplex> {
  if ('ssh' in address) {
    const { dialBySsh } = await import('./ssh.js');
    return dialBySsh(address.ssh);
  }
  if ('path' in address) return opened(address.host, connect({ ...half, path: address.path }));
  const { hostname, port, tls } = address;
  if (!tls) return opened(address.host, connect({ ...half, host: hostname, port }));
  return dialTls(address.host, { hostname, port, tls });
}

const half = { allowHalfOpen: true } as const;

async function dialTls(
  host: string,
  { hostname, port, tls }: { hostname: string; port: number; tls: ClientTls },
): Promise<Duplex> {
  const { connect: connectTls } = await import('node:tls');
  const { verify, ...certificates } = tls;
  const socket = connectTls({
    ...half,
    ...certificates,
    host: hostname,
    port,
    rejectUnauthorized: verify,
    // An address has no name to ask for (RFC 6066, 3).
    ...(isIP(hostname) === 0 && { servername: hostname }),
  });
  return opened(host, socket, 'secureConnect');
}

function opened(host: string, socket: Duplex, ready = 'connect'): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => reject(new ConnectionFailed(host, error)));
    socket.once(ready, () => {
      socket.removeAllListeners('error');
      // Errors reach whoever reads; this keeps one between two reads from ending the process.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}
