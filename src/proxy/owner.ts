import type { Fd } from '../native/fd.js';
import type { ServedPort } from './protocol.js';
import type { Room } from './room.js';

/** Flows that one owner may have at a time: one container must not take all memory. */
const FLOWS_PER_OWNER = 32_768;

/** A connection, or the datagrams of one client. */
export interface Flow {
  /** At once: a connection is reset. */
  end(): void;
}

/** A socket that is served. */
export interface Listener {
  readonly port: ServedPort<Fd>;
  /** Takes nothing more. Flows go on. */
  close(): void;
}

/** Everything that is served for one endpoint. */
export class Owner {
  readonly name: string;
  readonly listeners: Listener[] = [];
  /** Of all its ports. */
  readonly room: Room;
  readonly #flows = new Set<Flow>();
  readonly #changed: () => void;

  /** `all` is the room of all owners; `changed` hears of each flow that is over. */
  constructor(name: string, all: Room, changed: () => void) {
    this.name = name;
    this.room = all.part(FLOWS_PER_OWNER);
    this.#changed = changed;
  }

  get flows(): number {
    return this.#flows.size;
  }

  add(flow: Flow): void {
    this.#flows.add(flow);
  }

  /** Forgets a flow that is over; again is fine. */
  remove(flow: Flow): void {
    if (this.#flows.delete(flow)) this.#changed();
  }

  /** Closes the ports. */
  close(): void {
    for (const listener of this.listeners.splice(0)) listener.close();
  }

  /** Ends all flows. */
  end(): void {
    for (const flow of [...this.#flows]) flow.end();
  }
}
