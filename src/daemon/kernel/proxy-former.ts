import { rmSync } from 'node:fs';
import type { Logger } from '../../base/logger.js';
import type { Fd } from '../../native/fd.js';
import type { HostSocketStore } from './host-socket-store.js';
import { type Found, ProxyChannel } from './proxy-channel.js';
import { findProxy, killProxy } from './proxy-launch.js';
import type { Served } from './proxy-served.js';

/** The proxy of an earlier daemon. */
export interface FormerProxy {
  readonly channel: ProxyChannel;
  /** What it serves, by owner. */
  readonly found: ReadonlyMap<string, readonly Served[]>;
}

/**
 * Connects to the proxy that runs already, and takes in its sockets. One of another version keeps its flows, but
 * its ports go to a new one; one that does not answer is ended.
 */
export function takeOver(parts: {
  path: string;
  store: Pick<HostSocketStore, 'adopt'>;
  logger: Logger;
}): FormerProxy | undefined {
  const { path, store, logger } = parts;
  const connection = findProxy(path);
  if (!connection) {
    rmSync(path, { force: true });
    return undefined;
  }
  const former = takenOver(connection, { store, logger });
  if (!former) rmSync(path, { force: true });
  return former;
}

function takenOver(
  connection: Fd,
  { store, logger }: { store: Pick<HostSocketStore, 'adopt'>; logger: Logger },
): FormerProxy | undefined {
  const channel = new ProxyChannel(connection);
  try {
    const found = channel.greet();
    if (found) return { channel, found: adopted(found, store) };
    logger.info('the proxy of another version serves on until its flows end');
    channel.retire();
  } catch (error) {
    logger.warn('the proxy of an earlier daemon is replaced', { error });
    killProxy(connection);
  }
  channel.close();
  return undefined;
}

/** Ends the proxy of a daemon that had one, for one that has none. */
export function endProxy(path: string): void {
  const connection = findProxy(path);
  if (connection) {
    const channel = new ProxyChannel(connection);
    channel.send({ op: 'exit' });
    channel.close();
  }
  rmSync(path, { force: true });
}

function adopted(
  found: readonly Found[],
  store: Pick<HostSocketStore, 'adopt'>,
): Map<string, Served[]> {
  const byOwner = new Map<string, Served[]>();
  for (const { owner, ports } of found) {
    const served = ports.map(({ protocol, address, port, socket, toAddress, toPort }) => {
      const slot = store.adopt(protocol, address, port, socket);
      return { slot, toAddress, toPort };
    });
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), ...served]);
  }
  return byOwner;
}
