import type { DnsSockets } from '../../cnm/controller/embedded-names.js';
import { embeddedDnsAddress } from '../../cnm/dns/model.js';
import type { SocketPlace, UpstreamDescriptors } from '../../cnm/dns/upstream-sockets.js';
import type { Fd } from '../../native/fd.js';
import { boundPort, boundSocket, tcpListener, udpSocket } from '../../native/inetsocket.js';
import type { Namespaces } from '../../native/netns.js';
import { openNftTables } from '../../native/nft/table-batch.js';
import { redirectTable } from './dns-redirect.js';

/**
 * Where the server listens if it can, else the kernel chooses: among the ports that programs are given, so that none
 * asks for it. The same after a restart of the daemon, because clients that keep a UDP socket (nginx, c-ares) go on
 * being led where they were led first.
 */
const usualPort = 53053;

/** Where a sandbox's own name servers are asked from. */
export type NetnsPathOf = (place: Exclude<SocketPlace, 'host'>) => string;

/** Sockets of the embedded DNS, opened in the namespaces of the sandboxes. */
export function dnsSockets(namespaces: Namespaces): DnsSockets {
  return {
    open: (path) =>
      namespaces.runAt<{ udpFd: number; tcpFd: number }>(path, () => {
        using udp = atUsualPort((port) => udpSocket({ address: embeddedDnsAddress, port }));
        using tcp = atUsualPort((port) => tcpListener({ address: embeddedDnsAddress, port }));
        redirectTo(udp, tcp);
        return { udpFd: udp.release(), tcpFd: tcp.release() };
      }),
  };
}

function atUsualPort(open: (port: number) => Fd): Fd {
  try {
    return open(usualPort);
  } catch {
    return open(0);
  }
}

/** Leads port 53 to the sockets. In the namespace that the thread is in. */
function redirectTo(udp: Fd, tcp: Fd): void {
  const ports = { udp: boundPort(udp), tcp: boundPort(tcp) };
  const tables = openNftTables();
  try {
    tables.ensure(redirectTable(ports));
  } finally {
    closeLater(tables);
  }
}

/** The kernel makes a closer wait until it has freed what was deleted, 8 to 16 ms; a little later it has. */
function closeLater(tables: Disposable): void {
  setTimeout(() => tables[Symbol.dispose](), 100).unref();
}

/** Sockets for questions to name servers outside. */
export function upstreamDescriptors(
  namespaces: Namespaces,
  netnsPathOf: NetnsPathOf,
): UpstreamDescriptors {
  const open = (protocol: 'udp' | 'tcp', place: SocketPlace, family: 4 | 6): number => {
    const address = family === 4 ? '0.0.0.0' : '::';
    const socket = () => boundSocket(protocol, { address, port: 0 }).release();
    return place === 'host' ? socket() : namespaces.runAt<number>(netnsPathOf(place), socket);
  };
  return {
    udp: (place, family) => open('udp', place, family),
    tcp: (place, family) => open('tcp', place, family),
  };
}
