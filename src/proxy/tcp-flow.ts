import { connect, Socket } from 'node:net';
import type { Fd } from '../native/fd.js';
import type { Flow } from './owner.js';

/** As Go's sockets, and so those of Docker's proxy, have it. */
const KEEP_ALIVE_MS = 15_000;

/**
 * One connection through the proxy: bytes both ways, each end of stream passed on by itself, and no faster than
 * the slower side takes them. An error of one side resets the other.
 */
export class TcpFlow implements Flow {
  readonly #client: Socket;
  readonly #container: Socket;
  readonly #over: (flow: TcpFlow) => void;
  #open = 2;

  /** `over` is called once, when both sides are closed. */
  constructor(
    client: Fd,
    to: { readonly host: string; readonly port: number },
    over: (flow: TcpFlow) => void,
  ) {
    this.#over = over;
    this.#client = new Socket({ fd: client.release(), allowHalfOpen: true });
    this.#container = connect({ ...to, allowHalfOpen: true });
    this.#join(this.#client, this.#container);
    this.#join(this.#container, this.#client);
  }

  end(): void {
    reset(this.#client);
    reset(this.#container);
  }

  #join(from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.setKeepAlive(true, KEEP_ALIVE_MS);
    from.pipe(to);
    from.on('error', () => reset(to));
    from.on('close', () => {
      this.#open--;
      if (this.#open === 0) this.#over(this);
    });
  }
}

/** One that is not connected yet has nothing to reset, and Node would wait for its connection. */
function reset(socket: Socket): void {
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
