import { isIPv6 } from 'node:net';
import { System } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { HostSocket, HostSockets } from '../../cnm/ports/host-sockets.js';
import type { PortProtocol } from '../../cnm/ports/port-binding.js';
import type { Fd } from '../../native/fd.js';
import { stopListening } from '../../native/inetsocket.js';
import { isErrno } from '../../native/libc.js';
import { descriptorLimit, raiseDescriptorLimit } from '../../native/rlimit.js';
import { portsInUse } from '../../native/sockdiag.js';
import { attachDropAll } from '../../native/socketfilter.js';
import { PacedWork } from './paced-work.js';
import {
  newSlot,
  openPatiently,
  openSocket,
  outOfTheWay,
  type PortSlot,
  slotPort,
} from './port-slot.js';

/** Sockets opened one by one until the kernel is asked for all ports in use at once, which takes about 1 ms. */
const FEW = 32;
/** Begun when the container that they are for has started: each takes 20 to 50 µs. */
const openingPace = { delayMs: 250, batch: 64, pauseMs: 4 };
const closingPace = { delayMs: 50, batch: 64, pauseMs: 4 };
/** Descriptors that the daemon needs besides. */
const SPARE_DESCRIPTORS = 2048;
/** After a warning others are left out for so long. */
const WARNING_PAUSE_MS = 60_000;

/** What is known for the current turn of the event loop, in which nobody else gets to do much. */
interface Turn {
  opened: number;
  /** Addresses that could be bound, so that they are the host's. */
  readonly addresses: Set<string>;
  readonly busy: Map<string, ReadonlySet<number>>;
}

/**
 * The sockets that keep published ports ours. In numbers they are opened and closed when nobody waits for it: it
 * is made sure first that nobody else has one of the ports, and a port that is asked for again is not closed.
 */
export class HostSocketStore implements HostSockets, Disposable {
  readonly #logger: Logger;
  readonly #slots = new Map<string, Map<number, PortSlot>>();
  readonly #opening = new PacedWork<PortSlot>(openingPace, (slots) => this.#openLate(slots));
  readonly #closing = new PacedWork<PortSlot>(closingPace, (slots) => this.#closeLate(slots));
  #turn: Turn | undefined;
  /** Slots, and those of them that have a socket. */
  #count = 0;
  #open = 0;
  #warned = false;
  #limit = descriptorLimit();

  constructor(parts: { logger: Logger }) {
    this.#logger = parts.logger;
  }

  open(protocol: PortProtocol, address: string, first: number, count: number): HostSocket {
    const slots: PortSlot[] = [];
    const letGo = () => {
      for (const slot of slots) this.#leave(slot);
    };
    this.#makeRoom(count);
    const busy =
      count > FEW ? this.#busy(protocol, address, [first, first + count - 1]) : undefined;
    for (let port = first; port < first + count; port++) {
      try {
        slots.push(this.#hold(protocol, address, port, busy));
      } catch (error) {
        letGo();
        throw error instanceof Error ? Object.assign(error, { port }) : error;
      }
    }
    return { port: slots[0]?.port ?? first, [Symbol.dispose]: letGo };
  }

  /** The slots of ports that are held. */
  held(protocol: PortProtocol, address: string, first: number, count: number): PortSlot[] {
    const ofAddress = this.#slots.get(`${protocol} ${address}`);
    return Array.from({ length: count }, (_, offset) => ofAddress?.get(first + offset)).filter(
      (slot) => slot?.state === 'held',
    ) as PortSlot[];
  }

  /** Takes in a socket that the proxy of an earlier daemon has. Nobody's, until it is asked for again. */
  adopt(protocol: PortProtocol, address: string, port: number, socket: Fd): PortSlot {
    this.#makeRoom(1);
    const slot: PortSlot = { ...newSlot(protocol, address, port), socket: outOfTheWay(socket) };
    Object.assign(slot, { state: 'leaving', given: 1, isOpen: true, adopted: true });
    this.#add(slot);
    return slot;
  }

  /** The proxy has closed its copy: `given` is what {@link PortSlot.given} was when it was told to. */
  returned(slot: PortSlot, given: number): void {
    // It may have been given again meanwhile.
    if (slot.given !== given) return;
    slot.given = 0;
    slot.adopted = false;
    if (slot.state === 'leaving') this.#closing.add(slot);
  }

  /** The sockets go with the process. */
  [Symbol.dispose](): void {
    this.#opening[Symbol.dispose]();
    this.#closing[Symbol.dispose]();
    for (const slots of this.#slots.values())
      for (const { socket } of slots.values()) socket?.close();
    this.#slots.clear();
  }

  #hold(
    protocol: PortProtocol,
    address: string,
    port: number,
    busy: ReadonlySet<number> | undefined,
  ): PortSlot {
    const known = this.#slots.get(`${protocol} ${address}`)?.get(port);
    if (known?.state === 'leaving') return takeBack(known);
    const slot = newSlot(protocol, address, port);
    if (this.#mayWait(slot, busy)) {
      this.#add(slot);
      this.#opening.add(slot);
      return slot;
    }
    const opened = this.#openNow(slot);
    this.#add(opened);
    return opened;
  }

  /** Whether it is certain without a socket that the port can be had. */
  #mayWait({ protocol, address, port }: PortSlot, busy: ReadonlySet<number> | undefined): boolean {
    const { opened, addresses } = this.#thisTurn();
    if (protocol === 'sctp' || port === 0 || !addresses.has(address)) return false;
    if (busy) return !busy.has(port);
    return opened >= FEW && !this.#busy(protocol, address, [1, 65_535]).has(port);
  }

  #openNow(slot: PortSlot): PortSlot {
    const turn = this.#thisTurn();
    turn.opened++;
    const socket = this.#socketFor(slot);
    if (!socket) return slot;
    turn.addresses.add(slot.address);
    return { ...slot, socket, port: slotPort(socket, slot.port) };
  }

  /** @throws SyscallError EADDRINUSE unless it was just us who had it */
  #socketFor(slot: PortSlot): Fd | undefined {
    try {
      return openSocket(slot);
    } catch (error) {
      // No module: the rules lead the port's traffic nevertheless.
      if (slot.protocol === 'sctp' && isErrno(error, 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT')) {
        return undefined;
      }
      if (!isErrno(error, 'EADDRINUSE') || !this.#evict(slot)) throw error;
      return openPatiently(slot);
    }
  }

  /** Closes what is leaving and in the way at once. @returns whether there was any */
  #evict({ protocol, address, port }: PortSlot): boolean {
    const inTheWay = [...this.#slots].flatMap(([key, slots]) => {
      const [of = '', other = ''] = key.split(' ');
      const slot = slots.get(port);
      const collides = of === protocol && isIPv6(other) === isIPv6(address);
      return collides && slot?.state === 'leaving' ? [slot] : [];
    });
    for (const slot of inTheWay) {
      // The proxy may have a copy still, which then does not count any more.
      if (slot.protocol === 'tcp' && slot.socket) stopListening(slot.socket);
      this.#drop(slot);
    }
    return inTheWay.length > 0;
  }

  #leave(slot: PortSlot): void {
    if (slot.state !== 'held') return;
    delete slot.opened;
    slot.state = 'leaving';
    if (!slot.socket) this.#drop(slot);
    else if (slot.given === 0) this.#closing.add(slot);
  }

  #openLate(slots: readonly PortSlot[]): void {
    for (const slot of slots) {
      if (slot.state !== 'held' || slot.socket) continue;
      try {
        if (this.#open >= this.#limit - SPARE_DESCRIPTORS) throw new System('too many open files');
        slot.isOpen = slot.opened !== undefined;
        slot.socket = openSocket(slot);
        this.#open++;
      } catch (error) {
        this.#warn(slot, error);
        continue;
      }
      slot.opened?.(slot);
      delete slot.opened;
    }
  }

  /** The rules lead the port's traffic to the container nevertheless. One line for all that comes of one cause. */
  #warn({ protocol, address, port }: PortSlot, error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    setTimeout(() => {
      this.#warned = false;
    }, WARNING_PAUSE_MS).unref();
    this.#logger.warn('host ports not held against other programs', {
      protocol,
      address,
      port,
      error,
    });
  }

  #closeLate(slots: readonly PortSlot[]): void {
    // Others have been asked for again meanwhile.
    for (const slot of slots) if (slot.state === 'leaving' && slot.given === 0) this.#drop(slot);
  }

  #busy(
    protocol: PortProtocol,
    address: string,
    [first, last]: readonly [number, number],
  ): ReadonlySet<number> {
    const { busy } = this.#thisTurn();
    const family = isIPv6(address) ? 6 : 4;
    const key = `${protocol} ${family} ${first}-${last}`;
    const known = busy.get(key);
    if (known) return known;
    const found =
      protocol === 'sctp' ? new Set<number>() : portsInUse({ protocol, family }, first, last);
    busy.set(key, found);
    return found;
  }

  #thisTurn(): Turn {
    if (!this.#turn) {
      this.#turn = { opened: 0, addresses: new Set(), busy: new Map() };
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

  #add(slot: PortSlot): void {
    const key = `${slot.protocol} ${slot.address}`;
    const ofAddress = this.#slots.get(key) ?? new Map<number, PortSlot>();
    this.#slots.set(key, ofAddress.set(slot.port, slot));
    this.#count++;
    if (slot.socket) this.#open++;
  }

  #drop(slot: PortSlot): void {
    const ofAddress = this.#slots.get(`${slot.protocol} ${slot.address}`);
    slot.state = 'gone';
    if (slot.socket) this.#open--;
    slot.socket?.close();
    if (ofAddress?.get(slot.port) !== slot) return;
    ofAddress.delete(slot.port);
    this.#count--;
  }
}

/** One that the proxy has served all along goes on being served. */
function takeBack(slot: PortSlot): PortSlot {
  slot.state = 'held';
  if (slot.socket && slot.isOpen && !slot.adopted) {
    attachDropAll(slot.socket);
    slot.isOpen = false;
  }
  return slot;
}
