import { rmSync } from 'node:fs';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { PortProxy, ProxyForward } from '../../cnm/kernel.js';
import type { Children } from '../../native/children.js';
import { detachFilter } from '../../native/socketfilter.js';
import type { HostSocketStore } from './host-socket-store.js';
import { type PortSlot, REFUSED_AT_ONCE, refuseConnections, takeConnections } from './port-slot.js';
import { ProxyChannel } from './proxy-channel.js';
import { takeOver } from './proxy-former.js';
import { launchProxy } from './proxy-launch.js';
import { rowOf, type Served, servedBy, servedParts, servedSlots } from './proxy-served.js';

/** After its last port the proxy waits this long for another one. */
const IDLE_MS = 10_000;
/** A proxy that died is replaced at once, and one that goes on dying after this long. */
const RESTART_MS = 500;
/** How long a stop waits for the proxy's end. */
const END_MS = 2000;
/** Sockets that come one by one are given to the proxy together. */
const GATHER_MS = 2;

/** A stop that the proxy has not confirmed: its sockets, and how often each was given before. */
type Leaving = readonly (readonly [slot: PortSlot, given: number])[];

/** What the proxy is to serve for one owner. */
interface Wanted {
  readonly forwards: readonly ProxyForward[];
  /** The ports that have sockets. */
  readonly served: Served[];
}

/**
 * The one proxy process of an exec root: started with the first port that needs it, found again by the next
 * daemon, made anew if it dies, ended when it has nothing to do. All sockets are the store's; the proxy gets copies.
 */
export class UserlandProxy implements PortProxy, AsyncDisposable {
  readonly isOn = true;
  readonly #path: string;
  readonly #store: HostSocketStore;
  readonly #children: Pick<Children, 'spawn'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #wanted = new Map<string, Wanted>();
  readonly #leaving = new Map<number, Leaving>();
  /** What an earlier daemon's proxy serves, by owner, until it is known what is wanted of it. */
  readonly #found = new Map<string, readonly Served[]>();
  readonly #gathered = new Map<string, Served[]>();
  #gathering: NodeJS.Timeout | undefined;
  #channel: ProxyChannel | undefined;
  #launchedAt = Number.NEGATIVE_INFINITY;
  #lastTicket = 0;
  #idle: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;

  /** `path`: the proxy's socket. One that is there already is asked what it serves; only {@link replaceAll} ends any of it. */
  constructor(parts: {
    path: string;
    store: HostSocketStore;
    children: Pick<Children, 'spawn'>;
    clock: Clock;
    logger: Logger;
  }) {
    this.#path = parts.path;
    this.#store = parts.store;
    this.#children = parts.children;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    const former = takeOver(parts);
    if (!former) return;
    for (const [owner, served] of former.found) this.#found.set(owner, served);
    this.#use(former.channel);
  }

  forward(owner: string, forwards: readonly ProxyForward[]): void {
    if (this.#wanted.has(owner)) {
      if (JSON.stringify(this.#wanted.get(owner)?.forwards) === JSON.stringify(forwards)) return;
      this.stop(owner);
    }
    clearTimeout(this.#idle);
    const served = forwards.flatMap((forward) => servedSlots(forward, this.#store));
    this.#want(owner, { forwards, served });
    this.#running();
    this.#give(owner, served);
  }

  stop(owner: string): void {
    const wanted = this.#wanted.get(owner);
    if (!wanted) return;
    this.#wanted.delete(owner);
    this.#gathered.delete(owner);
    for (const forward of wanted.forwards) this.#store.await(rowOf(forward), undefined);
    this.#stop(owner, wanted.served);
    if (this.#wanted.size === 0) this.#endSoon();
  }

  replaceAll(forwards: ReadonlyMap<string, readonly ProxyForward[]>): void {
    for (const owner of [...this.#wanted.keys()]) if (!forwards.has(owner)) this.stop(owner);
    for (const [owner, all] of forwards) if (this.#canKeep(owner, all)) this.#keep(owner, all);
    // Whatever else was found is nobody's any more.
    for (const [owner, served] of this.#found) this.#stop(owner, served);
    this.#found.clear();
    for (const [owner, all] of forwards) this.forward(owner, all);
    if (this.#wanted.size === 0) this.#endSoon();
  }

  /** Without ports the proxy ends; with some it serves on, until a next daemon finds it. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#restart);
    clearTimeout(this.#idle);
    clearTimeout(this.#gathering);
    const channel = this.#channel;
    if (channel && this.#wanted.size === 0) {
      channel.send({ op: 'exit' });
      await channel.ended(END_MS);
      rmSync(this.#path, { force: true });
    }
    this.#channel = undefined;
    channel?.close();
  }

  /** Whether all that is served for the owner is wanted as it is; more may be wanted. */
  #canKeep(owner: string, forwards: readonly ProxyForward[]): boolean {
    const wanted = new Map(
      forwards
        .flatMap((forward) => servedSlots(forward, this.#store))
        .map((one) => [one.slot, `${one.toAddress} ${one.toPort}`]),
    );
    const found = this.#found.get(owner) ?? [];
    return found.every((one) => wanted.get(one.slot) === `${one.toAddress} ${one.toPort}`);
  }

  #keep(owner: string, forwards: readonly ProxyForward[]): void {
    const found = new Set(this.#found.get(owner)?.map(({ slot }) => slot));
    const served = forwards.flatMap((forward) => servedSlots(forward, this.#store));
    this.#found.delete(owner);
    this.#want(owner, { forwards, served });
    if (forwards.length > 0) this.#running();
    this.#give(
      owner,
      served.filter(({ slot }) => !found.has(slot)),
    );
  }

  /** Ports that get their sockets later are served then. */
  #want(owner: string, wanted: Wanted): void {
    this.#wanted.set(owner, wanted);
    for (const forward of wanted.forwards) {
      this.#store.await(rowOf(forward), (slots) => {
        const opened = servedBy(forward, slots);
        wanted.served.push(...opened);
        this.#gather(owner, opened);
      });
    }
  }

  #gather(owner: string, opened: readonly Served[]): void {
    const gathered = this.#gathered.get(owner) ?? [];
    gathered.push(...opened);
    this.#gathered.set(owner, gathered);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      const all = [...this.#gathered];
      this.#gathered.clear();
      for (const [name, some] of all) this.#give(name, some);
    }, GATHER_MS);
  }

  #give(owner: string, served: readonly Served[]): void {
    for (const { ports, sockets } of servedParts(served)) {
      this.#channel?.send({ op: 'serve', owner, ports }, sockets);
    }
    for (const { slot } of served) {
      slot.given++;
      letIn(slot);
    }
  }

  #stop(owner: string, served: readonly Served[]): void {
    for (const { slot } of served.slice(0, REFUSED_AT_ONCE)) refuseConnections(slot);
    const leaving = served.map(({ slot }) => [slot, slot.given] as const);
    const ticket = ++this.#lastTicket;
    if (this.#channel) {
      this.#leaving.set(ticket, leaving);
      this.#channel.send({ op: 'stop', owner, ticket });
    } else {
      this.#return(leaving);
    }
  }

  #return(leaving: Leaving): void {
    for (const [slot, given] of leaving) this.#store.returned(slot, given);
  }

  #running(): void {
    if (this.#channel || this.#restart) return;
    this.#launchedAt = this.#clock.monotonicMs();
    const { connection, ended } = launchProxy(this.#path, this.#children);
    ended.then(
      (status) => this.#logger.debug('the proxy has ended', { ...status }),
      () => {},
    );
    this.#use(new ProxyChannel(connection));
  }

  #use(channel: ProxyChannel): void {
    this.#channel = channel;
    channel.listen({
      stopped: (ticket) => {
        this.#return(this.#leaving.get(ticket) ?? []);
        this.#leaving.delete(ticket);
      },
      ended: () => this.#hasEnded(channel),
    });
  }

  /** Its copies are closed. What it served goes on to be ours, so a new one takes it up without a gap. */
  #hasEnded(channel: ProxyChannel): void {
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    for (const leaving of this.#leaving.values()) this.#return(leaving);
    this.#leaving.clear();
    if (this.#wanted.size === 0) return;
    this.#logger.warn('the proxy has died and is started again');
    const age = this.#clock.monotonicMs() - this.#launchedAt;
    this.#restart = setTimeout(() => this.#startAgain(), age < RESTART_MS ? RESTART_MS : 0);
  }

  #startAgain(): void {
    this.#restart = undefined;
    this.#gathered.clear();
    try {
      if (this.#wanted.size === 0) return;
      this.#running();
      for (const [owner, { served }] of this.#wanted) this.#give(owner, served);
    } catch (error) {
      this.#logger.error('cannot start the proxy', { error });
      this.#restart = setTimeout(() => this.#startAgain(), RESTART_MS);
    }
  }

  #endSoon(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      const channel = this.#channel;
      if (!channel || this.#wanted.size > 0) return;
      this.#channel = undefined;
      for (const leaving of this.#leaving.values()) this.#return(leaving);
      this.#leaving.clear();
      rmSync(this.#path, { force: true });
      channel.send({ op: 'exit' });
      void channel.ended(END_MS).then(() => channel.close());
    }, IDLE_MS).unref();
  }
}

/** One that was opened after the rules has no filter. */
function letIn(slot: PortSlot): void {
  takeConnections(slot);
  if (slot.isOpen) return;
  slot.isOpen = true;
  detachFilter(slot.socket);
}
