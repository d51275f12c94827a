import type { Fd } from '../native/fd.js';
import type { ServedPort } from './protocol.js';

/** Flows that one owner may have at a time, of each protocol: one container must not take all descriptors. */
export const FLOWS_PER_OWNER = 4096;

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
  readonly #flows = new Set<Flow>();
  /** Who waits for room. */
  readonly #waiting = new Set<() => void>();
  readonly #changed: () => void;

  /** `changed` hears of each flow that is over. */
  constructor(name: string, changed: () => void) {
    this.name = name;
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
    if (!this.#flows.delete(flow)) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
    this.#changed();
  }

  /** Whether one more flow may begin; if not, `resume` is called when one may. */
  hasRoom(resume: () => void): boolean {
    if (this.#flows.size < FLOWS_PER_OWNER) return true;
    this.#waiting.add(resume);
    return false;
  }

  /** Closes the ports. */
  close(): void {
    this.#waiting.clear();
    for (const listener of this.listeners.splice(0)) listener.close();
  }

  /** Ends all flows. */
  end(): void {
    for (const flow of [...this.#flows]) flow.end();
  }
}
