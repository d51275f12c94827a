import { createSocket, type Socket as DgramSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../../base/logger.js';
import { type ConnectionLimits, defaultConnectionLimits, serveConnection } from './connection.js';
import type { DnsSandbox } from './model.js';
import type { Resolver } from './resolver.js';
import { Turns } from './turns.js';

/** TCP connections that one sandbox may have open, and as many waiting; the ones beyond are closed at once. */
const connectionsPerSandbox = 64;

/** Serves DNS on sockets that were opened inside sandboxes. */
export class DnsServer {
  readonly #resolver: Pick<Resolver, 'answer'>;
  readonly #logger: Logger;
  readonly #limits: ConnectionLimits;

  constructor(parts: {
    resolver: Pick<Resolver, 'answer'>;
    logger: Logger;
    limits?: Partial<ConnectionLimits>;
  }) {
    this.#resolver = parts.resolver;
    this.#logger = parts.logger;
    this.#limits = { ...defaultConnectionLimits, ...parts.limits };
  }

  /**
   * Serves a sandbox until the result is disposed, which also closes both descriptors.
   * @param fds.udpFd a bound UDP socket, non-blocking
   * @param fds.tcpFd a listening TCP socket, non-blocking
   */
  serve(sandbox: DnsSandbox, fds: { udpFd: number; tcpFd: number }): Disposable {
    const udp = this.#serveUdp(sandbox, fds.udpFd);
    const connections = new Set<Socket>();
    const tcp = this.#serveTcp(sandbox, fds.tcpFd, connections);
    let open = true;
    return {
      [Symbol.dispose]() {
        if (!open) return;
        open = false;
        udp.close();
        tcp.close();
        for (const connection of connections) connection.destroy();
      },
    };
  }

  #serveUdp(sandbox: DnsSandbox, fd: number): DgramSocket {
    // Clients are named by address, so there is nothing to look up.
    const socket = createSocket({
      type: 'udp4',
      lookup: (address, _options, done) => done(null, address, 4),
    });
    let open = true;
    socket.on('close', () => {
      open = false;
    });
    const fail = (error: unknown) =>
      this.#logger.debug('DNS over UDP', { sandbox: sandbox.id, error });
    socket.on('error', fail);
    socket.on('message', (packet, client) => {
      const send = (reply: Buffer | undefined) => {
        if (reply && open) {
          socket.send(reply, client.port, client.address, (error) => error && fail(error));
        }
      };
      this.#answer(sandbox, packet, send, fail);
    });
    socket.bind({ fd });
    return socket;
  }

  #answer(
    sandbox: DnsSandbox,
    packet: Buffer,
    send: (reply: Buffer | undefined) => void,
    fail: (error: unknown) => void,
  ): void {
    try {
      const reply = this.#resolver.answer(sandbox, packet, 'udp');
      if (reply instanceof Promise) reply.then(send).catch(fail);
      else send(reply);
    } catch (error) {
      fail(error);
    }
  }

  #serveTcp(sandbox: DnsSandbox, fd: number, connections: Set<Socket>): Server {
    const terms = { limits: this.#limits, turns: new Turns() };
    const server = createServer((socket) => {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
      const answer = (packet: Buffer) => this.#resolver.answer(sandbox, packet, 'tcp');
      serveConnection(socket, answer, terms);
    });
    server.maxConnections = connectionsPerSandbox;
    server.on('error', (error) =>
      this.#logger.debug('DNS over TCP', { sandbox: sandbox.id, error }),
    );
    server.listen({ fd, backlog: connectionsPerSandbox });
    return server;
  }
}
