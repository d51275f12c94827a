import type { PortProtocol } from '../../cnm/ports/port-binding.js';
import { isErrno } from '../../native/libc.js';
import { attachDropAll } from '../../native/socketfilter.js';
import { ByPort } from './by-port.js';
import { PacedWork, type Portion } from './paced-work.js';
import { type Place, type PortSlot, refuseConnections, takeConnections } from './port-slot.js';

const closingPace = { delayMs: 50, batch: 64, pauseMs: 4 };

/**
 * Sockets of ports that are nobody's any more. They are closed when nobody waits for it, and once the proxy has
 * closed its copies; until then a port that is asked for again gets its socket back.
 */
export class LeavingSlots implements Disposable {
  readonly #slots = new ByPort<PortSlot>();
  readonly #closing = new PacedWork<PortSlot>(
    closingPace,
    () => 1,
    (portions) => this.#closeLate(portions),
  );
  readonly #closed: () => void;

  /** `closed` is called for each socket. */
  constructor(closed: () => void) {
    this.#closed = closed;
  }

  add(slot: PortSlot): void {
    slot.state = 'leaving';
    this.#slots.set(slot.protocol, slot.address, slot.port, slot);
    if (slot.given === 0) this.#closing.add(slot);
  }

  /** The port's slot, which is somebody's again. One that the proxy has served all along goes on being served. */
  takeBack(protocol: PortProtocol, address: string, port: number): PortSlot | undefined {
    const slot = this.#slots.at(protocol, address)?.get(port);
    if (!slot) return undefined;
    this.#slots.delete(protocol, address, port, slot);
    slot.state = 'held';
    if (slot.isOpen && !slot.adopted) {
      attachDropAll(slot.socket);
      slot.isOpen = false;
    }
    return this.#listens(slot) ? slot : undefined;
  }

  /** Closes what is in the way of a port at once. @returns whether there was any */
  evict({ protocol, address, port }: Place): boolean {
    const inTheWay = [...this.#slots.of(protocol)].flatMap(([other, slots]) => {
      const slot = slots.get(port);
      return slot && isIPv6(other) === isIPv6(address) ? [slot] : [];
    });
    for (const slot of inTheWay) {
      // The proxy may have a copy still, which then does not count any more.
      refuseConnections(slot);
      this.#drop(slot);
    }
    return inTheWay.length > 0;
  }

  /** The proxy has closed its copy: `given` is what {@link PortSlot.given} was when it was told to. */
  returned(slot: PortSlot, given: number): void {
    // It may have been given again meanwhile.
    if (slot.given !== given) return;
    slot.given = 0;
    slot.adopted = false;
    if (slot.state === 'leaving') this.#closing.add(slot);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
    for (const { socket } of this.#slots.values()) socket.close();
    this.#slots.clear();
  }

  /** Somebody else may listen there since it refused connections: that shows when it is opened anew. */
  #listens(slot: PortSlot): boolean {
    try {
      takeConnections(slot);
      return true;
    } catch (error) {
      if (!isErrno(error, 'EADDRINUSE')) throw error;
      this.#drop(slot);
      return false;
    }
  }

  #closeLate(portions: readonly Portion<PortSlot>[]): void {
    // Others have been asked for again meanwhile.
    for (const { job: slot } of portions)
      if (slot.state === 'leaving' && slot.given === 0) this.#drop(slot);
  }

  #drop(slot: PortSlot): void {
    const { protocol, address, port, socket } = slot;
    slot.state = 'gone';
    socket.close();
    this.#slots.delete(protocol, address, port, slot);
    this.#closed();
  }
}

function isIPv6(address: string): boolean {
  return address.includes(':');
}
