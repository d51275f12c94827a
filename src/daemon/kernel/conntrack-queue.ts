import type { Logger } from '../../base/logger.js';
import type { Conntrack } from '../../cnm/kernel.js';
import type { PortBinding } from '../../cnm/model.js';
import { flowsOf, flowsToPorts } from '../../native/conntrack-filter.js';
import type {
  ConntrackFilter,
  Conntrack as NativeConntrack,
} from '../../native/conntrack-model.js';
import type { TrackedFlows } from './tracked-flows.js';

/**
 * Collects what is to be forgotten and does it in one walk through the kernel's table, on another thread: the
 * walk takes 9 ms however few flows there are, so it is not made for containers that never had one.
 */
export class ConntrackQueue implements Conntrack {
  readonly #conntrack: Pick<NativeConntrack, 'flushAsync'>;
  readonly #tracked: TrackedFlows;
  readonly #logger: Logger;
  #filters: ConntrackFilter[] = [];
  #ports = noPorts();
  #isAwaited = false;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: {
    conntrack: Pick<NativeConntrack, 'flushAsync'>;
    tracked: TrackedFlows;
    logger: Logger;
  }) {
    this.#conntrack = parts.conntrack;
    this.#tracked = parts.tracked;
    this.#logger = parts.logger;
  }

  deleteByAddress(address: string): void {
    if (this.#tracked.take(address)) this.#add(flowsOf(address));
  }

  deleteByHostPort(protocol: PortBinding['protocol'], first: number, last: number): void {
    this.#ports[protocol].push([first, last]);
    this.#begin();
  }

  settled(): Promise<void> {
    return this.#work;
  }

  #add(filter: ConntrackFilter): void {
    this.#filters.push(filter);
    this.#begin();
  }

  #begin(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#work = this.#work.then(() => this.#flush());
  }

  async #flush(): Promise<void> {
    const filters = [...this.#filters, ...portFilters(this.#ports)];
    this.#filters = [];
    this.#ports = noPorts();
    this.#isAwaited = false;
    await this.#conntrack.flushAsync(...filters).catch((error: unknown) => {
      this.#logger.warn('tracked connections not forgotten', { error });
    });
  }
}

/** Ranges of ports by protocol. */
type Ports = Readonly<Record<PortBinding['protocol'], [first: number, last: number][]>>;

function noPorts(): Ports {
  return { tcp: [], udp: [], sctp: [] };
}

/** One filter for each protocol, however many ports. */
function portFilters(ports: Ports): ConntrackFilter[] {
  return (['tcp', 'udp', 'sctp'] as const)
    .filter((protocol) => ports[protocol].length > 0)
    .map((protocol) => flowsToPorts(protocol, ports[protocol]));
}
