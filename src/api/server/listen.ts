import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { connect, isIP, type ListenOptions, type Server } from 'node:net';
import { dirname } from 'node:path';
import { Conflict, InvalidParameter } from '../../base/errors.js';

/**
 * Where a daemon listens: a unix socket by path, TCP, or sockets that the service manager has opened (`which` is a name
 * or a number of them, `*` for all).
 */
export type ListenAddress =
  | { readonly type: 'unix'; readonly path: string }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  | { readonly type: 'fd'; readonly which: string };

/** A place that can be listened on: an inherited socket has its descriptor by now. */
export type ListenPlace =
  | Exclude<ListenAddress, { type: 'fd' }>
  | { readonly type: 'inherited'; readonly fd: number };

/**
 * Reads `-H` of the daemon: `unix:///path`, `tcp://127.0.0.1:2375`, `fd://`. Without a scheme it is TCP. What is left out
 * is as with dockerd: this machine alone, port 2375, or 2376 with TLS. @throws InvalidParameter
 */
export function parseListenAddress(
  text: string,
  { tls = false }: { tls?: boolean } = {},
): ListenAddress {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? [];
  if (scheme === 'unix' && rest.startsWith('/')) return { type: 'unix', path: rest };
  if (scheme === 'fd' && !rest.includes('/')) return { type: 'fd', which: rest || '*' };
  const [found, host = '', port = ''] =
    /^(\[[0-9a-f:]+\]|[^:/]*)(?::(\d{1,5}))?\/?$/i.exec(rest) ?? [];
  const isTcp = scheme === 'tcp' && found !== undefined && text !== '' && Number(port) <= 65535;
  if (isTcp) {
    return {
      type: 'tcp',
      host: host.replace(/[[\]]/g, '') || '127.0.0.1',
      port: Number(port || (tls ? 2376 : 2375)),
    };
  }
  throw new InvalidParameter(
    `invalid listen address "${text}": use unix:///path, tcp://host:port or fd://`,
  );
}

/** As the user would write it. */
export function showAddress(address: ListenAddress): string {
  if (address.type === 'unix') return `unix://${address.path}`;
  if (address.type === 'fd') return `fd://${address.which === '*' ? '' : address.which}`;
  const host = isIP(address.host) === 6 ? `[${address.host}]` : address.host;
  return `tcp://${host}:${address.port}`;
}

/**
 * Listens. A unix socket is made for root alone, or for the group with this number too; one that a dead daemon left
 * behind is replaced. @throws Conflict if another daemon answers on it
 */
export async function listen(server: Server, place: ListenPlace, group = 0): Promise<void> {
  if (place.type === 'tcp') return start(server, { host: place.host, port: place.port });
  if (place.type === 'inherited') return start(server, { fd: place.fd });
  await mkdir(dirname(place.path), { recursive: true });
  if (await answers(place.path)) {
    throw new Conflict(`can't listen on unix://${place.path}: another daemon is listening there`);
  }
  await rm(place.path, { force: true });
  const before = process.umask(0o177);
  try {
    await start(server, { path: place.path });
  } finally {
    process.umask(before);
  }
  // The group first: for no moment may another one than this be let in.
  if (group !== 0) await chown(place.path, process.getuid?.() ?? 0, group);
  await chmod(place.path, 0o660);
}

function start(server: Server, options: ListenOptions | { fd: number }): Promise<void> {
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
