import type { HostSocket } from '../../cnm/ports/host-sockets.js';
import type { PortProtocol } from '../../cnm/ports/port-binding.js';
import type { PortSlot } from './port-slot.js';

const none: readonly PortSlot[] = [];

/** Ports in a row of one host address that somebody holds. Few words a port, because there may be thousands. */
export class PortHold implements HostSocket {
  readonly protocol: PortProtocol;
  /** In canonical text. */
  readonly address: string;
  /** The first one. */
  readonly port: number;
  readonly count: number;
  /** Those that have a socket. */
  slots: readonly PortSlot[];
  /** Ports among those that got their sockets at once; the others' are opened later. */
  early: ReadonlySet<number> | undefined;
  isHeld = true;
  /** Whoever waits for sockets; then they are opened without a filter. */
  opened: ((slots: readonly PortSlot[]) => void) | undefined;
  readonly #letGo: (hold: PortHold) => void;

  constructor(
    { protocol, address, port }: Pick<PortSlot, 'protocol' | 'address' | 'port'>,
    count: number,
    letGo: (hold: PortHold) => void,
  ) {
    this.protocol = protocol;
    this.address = address;
    this.port = port;
    this.count = count;
    this.slots = none;
    this.#letGo = letGo;
  }

  [Symbol.dispose](): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.opened = undefined;
    this.#letGo(this);
  }
}
