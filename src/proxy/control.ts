import { accept } from '../native/accept.js';
import type { Readiness } from '../native/epoll.js';
import type { Fd } from '../native/fd.js';
import { MAX_DESCRIPTORS } from '../native/socketmessage.js';
import { peerOf } from '../native/unixsocket.js';
import { type Packet, Packets } from './packets.js';
import { type Order, PROTOCOL_VERSION, partsOf, portsOf, type Report } from './protocol.js';
import type { Service } from './service.js';

/** How often it is looked, without a daemon, whether there is a way for the next one to come. */
const ALONE_MS = 5000;
/** How long connections wait when there are no descriptors left. */
const SHORTAGE_MS = 100;

/** A connection of a daemon. */
interface Session {
  readonly fd: Fd;
  readonly packets: Packets<Report, Order>;
}

/** Takes orders. There is one daemon at a time: a new connection is that of the next. */
export class Control {
  readonly #listener: Fd;
  readonly #readiness: Readiness;
  readonly #service: Service;
  readonly #exit: () => void;
  readonly #hasName: () => boolean;
  #alone: NodeJS.Timeout | undefined;
  readonly #orders: {
    readonly [K in Order['op']]: (
      order: Extract<Order, { op: K }>,
      sockets: readonly Fd[],
      session: Session,
    ) => void;
  };
  #session: Session | undefined;
  #retired = false;

  constructor(parts: {
    listener: Fd;
    readiness: Readiness;
    service: Service;
    /** Whether the listener can be found by its name still. */
    hasName: () => boolean;
    exit: () => void;
  }) {
    this.#listener = parts.listener;
    this.#readiness = parts.readiness;
    this.#service = parts.service;
    this.#exit = parts.exit;
    this.#hasName = parts.hasName;
    this.#orders = {
      hello: (_order, _sockets, session) => this.#greet(session),
      serve: ({ owner, ports }, sockets) => this.#service.serve(owner, portsOf({ ports, sockets })),
      stop: ({ owner, ticket }, _sockets, { packets }) => {
        this.#service.stop(owner);
        packets.send({ op: 'stopped', ticket });
      },
      retire: () => this.#retire(),
      exit: () => this.#exit(),
    };
    this.#await();
  }

  /** Ends the program if nobody can want anything of it any more. */
  endIfDone(): void {
    const alone = this.#retired || this.#session === undefined;
    if (alone && this.#service.isIdle) this.#exit();
  }

  /** Whether the name of the listener is still this program's. */
  get isReachable(): boolean {
    return !this.#retired;
  }

  #admit(): void {
    const fd = this.#next();
    if (!fd) return;
    // The file's mode keeps others out; this holds where somebody has changed it.
    if (peerOf(fd).uid !== process.getuid?.()) {
      fd.close();
      return;
    }
    if (this.#session) this.#drop(this.#session);
    clearInterval(this.#alone);
    const session = { fd, packets: new Packets<Report, Order>(fd.number) };
    this.#session = session;
    this.#readiness.watch(fd.number, () => this.#listen(session));
  }

  /** Without descriptors left the daemon waits, as everyone does. */
  #next(): Fd | undefined {
    try {
      return accept(this.#listener.number);
    } catch {
      this.#readiness.forget(this.#listener.number);
      setTimeout(() => this.#await(), SHORTAGE_MS);
      return undefined;
    }
  }

  #await(): void {
    if (!this.#retired) this.#readiness.watch(this.#listener.number, () => this.#admit());
  }

  #listen(session: Session): void {
    while (session.fd.isOpen) {
      const packet = this.#receive(session);
      if (packet === undefined) return;
      if (packet === 'end') {
        this.#drop(session);
        this.endIfDone();
        return;
      }
      this.#obey(packet, session);
    }
  }

  #receive({ packets }: Session): Packet<Order> | undefined | 'end' {
    try {
      return packets.receive();
    } catch {
      return 'end';
    }
  }

  #obey({ message, sockets }: Packet<Order>, session: Session): void {
    const obey = this.#orders[message.op] as
      | ((order: Order, sockets: readonly Fd[], session: Session) => void)
      | undefined;
    if (obey) obey(message, sockets, session);
    else for (const socket of sockets) socket.close();
  }

  #greet({ packets }: Session): void {
    packets.send({ op: 'hello', version: PROTOCOL_VERSION });
    for (const { owner, ports } of this.#service.holdings()) {
      for (const part of partsOf(ports, MAX_DESCRIPTORS)) {
        const sockets = part.sockets.map(({ number }) => number);
        packets.send({ op: 'holds', owner, ports: part.ports }, sockets);
      }
    }
    packets.send({ op: 'ready' });
  }

  #retire(): void {
    this.#retired = true;
    this.#readiness.forget(this.#listener.number);
    this.#listener.close();
    this.#service.retire();
    // After the ports: the end of the connection says that they are free.
    if (this.#session) this.#drop(this.#session);
    this.endIfDone();
  }

  #drop(session: Session): void {
    if (!session.fd.isOpen) return;
    session.packets.close();
    this.#readiness.forget(session.fd.number);
    session.fd.close();
    if (this.#session !== session) return;
    this.#session = undefined;
    clearInterval(this.#alone);
    this.#alone = setInterval(() => this.#endIfLost(), ALONE_MS);
  }

  /** Without its name no daemon will ever come again: the exec root was removed under it. */
  #endIfLost(): void {
    if (!this.#retired && !this.#hasName()) this.#exit();
  }
}
