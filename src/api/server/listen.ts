import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect, type ListenOptions, type Server } from 'node:net';
import { dirname } from 'node:path';
import { Conflict, InvalidParameter } from '../../base/errors.js';

/** Where a daemon listens: a unix socket by path, or TCP. */
export type ListenAddress =
  | { readonly type: 'unix'; readonly path: string }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number };

/** Reads `-H` of the daemon: `unix:///path`, `tcp://127.0.0.1:2375`. @throws InvalidParameter */
export function parseListenAddress(text: string): ListenAddress {
  const [, scheme, rest = ''] = /^(unix|tcp):\/\/(.+)$/.exec(text) ?? [];
  if (scheme === 'unix') return { type: 'unix', path: rest };
  const [, host, port] = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d+))?$/i.exec(rest) ?? [];
  if (scheme === 'tcp' && host && Number(port ?? 0) <= 65535) {
    return { type: 'tcp', host: host.replace(/[[\]]/g, ''), port: Number(port ?? 2375) };
  }
  throw new InvalidParameter(
    `invalid listen address "${text}": use unix:///path or tcp://host:port`,
  );
}

/**
 * Listens. A unix socket is made for root alone; one that a dead daemon left behind is replaced.
 * @throws Conflict if another daemon answers on it
 */
export async function listen(server: Server, address: ListenAddress): Promise<void> {
  if (address.type === 'tcp') return start(server, { host: address.host, port: address.port });
  await mkdir(dirname(address.path), { recursive: true });
  if (await answers(address.path)) {
    throw new Conflict(`can't listen on unix://${address.path}: another daemon is listening there`);
  }
  await rm(address.path, { force: true });
  const before = process.umask(0o177);
  try {
    await start(server, { path: address.path });
  } finally {
    process.umask(before);
  }
  await chmod(address.path, 0o600);
}

function start(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
