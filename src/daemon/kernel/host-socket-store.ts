import { System } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { HostSocket, HostSockets } from '../../cnm/ports/host-sockets.js';
import type { PortProtocol } from '../../cnm/ports/port-binding.js';
import type { Fd } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import { descriptorLimit, raiseDescriptorLimit } from '../../native/rlimit.js';
import { BusyPorts } from './busy-ports.js';
import { ByPort } from './by-port.js';
import { LeavingSlots } from './leaving-slots.js';
import { PacedWork, type Portion } from './paced-work.js';
import { PortHold } from './port-hold.js';
import {
  openPatiently,
  openSlot,
  outOfTheWay,
  type Place,
  type PortSlot,
  REFUSED_AT_ONCE,
  refuseConnections,
} from './port-slot.js';
import { UnheldWarning } from './unheld-warning.js';

/** Sockets opened one by one until the kernel is asked for all ports in use at once, which takes about 1 ms. */
const FEW = 16;
/** Begun when the container that they are for has started: each takes 20 to 50 µs. */
const openingPace = { delayMs: 250, batch: 64, pauseMs: 4 };
/** Descriptors that the daemon needs besides. */
const SPARE_DESCRIPTORS = 2048;

/** What is known for the current turn of the event loop, in which nobody else gets to do much. */
interface Turn {
  opened: number;
  /** Of how many ports that left connections are to be refused. */
  refusing: number;
  /** Addresses that could be bound, so that they are the host's. */
  readonly addresses: Set<string>;
  readonly busy: BusyPorts;
}

/** Ports in a row. */
export interface PortRow {
  readonly protocol: PortProtocol;
  readonly address: string;
  readonly first: number;
  readonly count: number;
}

/**
 * The sockets that keep published ports ours. In numbers they are opened and closed when nobody waits for it: it
 * is made sure first that nobody else has one of the ports, and a port that is asked for again is not closed.
 */
export class HostSocketStore implements HostSockets, Disposable {
  readonly #warning: UnheldWarning;
  /** By their first port. */
  readonly #holds = new ByPort<PortHold>();
  readonly #leaving = new LeavingSlots(() => {
    this.#open--;
    this.#count--;
  });
  readonly #opening = new PacedWork<PortHold>(
    openingPace,
    ({ count }) => count,
    (portions) => this.#openLate(portions),
  );
  readonly #letGo = (hold: PortHold) => this.#leave(hold);
  #turn: Turn | undefined;
  /** Ports that are held or leaving, and those of them that have a socket. */
  #count = 0;
  #open = 0;
  #limit = descriptorLimit();

  constructor(parts: { logger: Logger }) {
    this.#warning = new UnheldWarning(parts.logger);
  }

  open(protocol: PortProtocol, address: string, first: number, count: number): HostSocket {
    this.#makeRoom(count);
    const row = { protocol, address, first, count };
    const { busy } = this.#thisTurn();
    const taken =
      count > FEW ? busy.among(protocol, address, [first, first + count - 1]) : undefined;
    const slots: PortSlot[] = [];
    let waiting = 0;
    for (let port = first; port < first + count; port++) {
      try {
        if (this.#take(row, port, taken, slots)) waiting++;
      } catch (error) {
        for (const slot of slots) this.#leaving.add(slot);
        throw error instanceof Error ? Object.assign(error, { port }) : error;
      }
    }
    return this.#held(row, slots, waiting);
  }

  /** The slots of ports that are held and have sockets. The row is one that was opened, or several in a row. */
  slots(row: PortRow): readonly PortSlot[] {
    const holds = this.#holdsIn(row);
    const [only] = holds;
    return only && holds.length === 1 ? only.slots : holds.flatMap(({ slots }) => slots);
  }

  /** Calls back with the slots of such a row that get their sockets later, without filters; nobody, if undefined. */
  await(row: PortRow, opened: ((slots: readonly PortSlot[]) => void) | undefined): void {
    for (const hold of this.#holdsIn(row)) hold.opened = opened;
  }

  /** Takes in a socket that the proxy of an earlier daemon has. Nobody's, until it is asked for again. */
  adopt(protocol: PortProtocol, address: string, port: number, socket: Fd): PortSlot {
    this.#makeRoom(1);
    const taken = { socket: outOfTheWay(socket), given: 1, isOpen: true, takesConnections: true };
    const slot: PortSlot = { protocol, address, port, ...taken, adopted: true, state: 'leaving' };
    this.#count++;
    this.#open++;
    this.#leaving.add(slot);
    return slot;
  }

  /** The proxy has closed its copy: `given` is what {@link PortSlot.given} was when it was told to. */
  returned(slot: PortSlot, given: number): void {
    this.#leaving.returned(slot, given);
  }

  /** The sockets go with the process. */
  [Symbol.dispose](): void {
    this.#opening[Symbol.dispose]();
    this.#leaving[Symbol.dispose]();
    for (const { slots } of this.#holds.values()) for (const { socket } of slots) socket.close();
    this.#holds.clear();
  }

  #held(
    { protocol, address, first, count }: PortRow,
    slots: PortSlot[],
    waiting: number,
  ): PortHold {
    const port = slots[0]?.port ?? first;
    const hold = new PortHold(
      { protocol, address, port: first === 0 ? port : first },
      count,
      this.#letGo,
    );
    if (slots.length > 0) hold.slots = slots;
    if (waiting > 0 && slots.length > 0) hold.early = new Set(slots.map((slot) => slot.port));
    this.#holds.set(protocol, address, hold.port, hold);
    this.#count += count - slots.length;
    if (waiting > 0) this.#opening.add(hold);
    return hold;
  }

  /**
   * Puts the port's slot to the others. @returns whether the socket is to be opened later
   * @throws SyscallError where the port can't be had
   */
  #take(
    { protocol, address }: PortRow,
    port: number,
    taken: ReadonlySet<number> | undefined,
    slots: PortSlot[],
  ): boolean {
    const known = this.#leaving.takeBack(protocol, address, port);
    if (known) {
      slots.push(known);
      return false;
    }
    if (this.#mayWait(protocol, address, port, taken)) return true;
    const slot = this.#openNow({ protocol, address, port });
    if (!slot) return false;
    this.#count++;
    this.#open++;
    slots.push(slot);
    return false;
  }

  /** Whether it is certain without a socket that the port can be had. */
  #mayWait(
    protocol: PortProtocol,
    address: string,
    port: number,
    taken: ReadonlySet<number> | undefined,
  ): boolean {
    const { opened, addresses, busy } = this.#thisTurn();
    if (protocol === 'sctp' || port === 0 || !addresses.has(address)) return false;
    if (taken) return !taken.has(port);
    return opened >= FEW && !busy.all(protocol, address).has(port);
  }

  /** @throws SyscallError EADDRINUSE unless it was just us who had it */
  #openNow(place: Place): PortSlot | undefined {
    const turn = this.#thisTurn();
    turn.opened++;
    const slot = this.#slotFor(place);
    if (slot) turn.addresses.add(slot.address);
    return slot;
  }

  #slotFor(place: Place): PortSlot | undefined {
    try {
      return openSlot(place);
    } catch (error) {
      // No module: the rules lead the port's traffic nevertheless.
      if (place.protocol === 'sctp' && isErrno(error, 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT')) {
        return undefined;
      }
      if (!isErrno(error, 'EADDRINUSE') || !this.#leaving.evict(place)) throw error;
      return openPatiently(place);
    }
  }

  #leave(hold: PortHold): void {
    const { protocol, address, port, count, slots } = hold;
    this.#holds.delete(protocol, address, port, hold);
    this.#count -= count - slots.length;
    const turn = this.#thisTurn();
    for (const slot of slots) {
      // What the proxy serves is its to end: it goes on when the daemon stops, which lets go of all.
      if (slot.given === 0 && turn.refusing++ < REFUSED_AT_ONCE) refuseConnections(slot);
      this.#leaving.add(slot);
    }
  }

  #openLate(portions: readonly Portion<PortHold>[]): void {
    for (const { job: hold, from, count } of portions) {
      if (!hold.isHeld) continue;
      const slots = this.#openSome(hold, hold.port + from, count);
      if (slots.length === 0) continue;
      hold.slots = [...hold.slots, ...slots];
      hold.opened?.(slots);
    }
  }

  #openSome(hold: PortHold, first: number, count: number): PortSlot[] {
    const { protocol, address, early, opened } = hold;
    const slots: PortSlot[] = [];
    for (let port = first; port < first + count; port++) {
      if (early?.has(port)) continue;
      try {
        if (this.#open >= this.#limit - SPARE_DESCRIPTORS) throw new System('too many open files');
        slots.push(openSlot({ protocol, address, port }, opened !== undefined));
        this.#open++;
      } catch (error) {
        this.#warning.about({ protocol, address, port }, error);
      }
    }
    return slots;
  }

  #thisTurn(): Turn {
    if (!this.#turn) {
      this.#turn = { opened: 0, refusing: 0, addresses: new Set(), busy: new BusyPorts() };
      setImmediate(() => {
        this.#turn = undefined;
      });
    }
    return this.#turn;
  }

  #makeRoom(count: number): void {
    const wanted = this.#count + count + SPARE_DESCRIPTORS;
    if (wanted > this.#limit) this.#limit = raiseDescriptorLimit(wanted * 2);
  }

  #holdsIn({ protocol, address, first, count }: PortRow): PortHold[] {
    const ofAddress = this.#holds.at(protocol, address);
    const found: PortHold[] = [];
    for (let port = first; port < first + count; ) {
      const hold = ofAddress?.get(port);
      if (hold) found.push(hold);
      port += hold?.count ?? 1;
    }
    return found;
  }
}
