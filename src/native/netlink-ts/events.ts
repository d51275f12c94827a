import type { Socket } from 'node:net';
import { decodeAddress, RTM_DELADDR, RTM_NEWADDR } from './addr.js';
import { openAsPipe } from './libuv-pipe.js';
import { decodeLink, RTM_DELLINK, RTM_NEWLINK } from './link.js';
import type { NetlinkEvent } from './model.js';
import { openSocket } from './open.js';
import { decodeRoute, RTM_DELROUTE, RTM_NEWROUTE } from './route.js';
import { MSG_DONTWAIT, RECEIVE_BYTES, type Sys, sys } from './sys.js';
import { type Message, messages } from './wire.js';

/** What can be listened for. */
export type WatchGroup = 'links' | 'addresses' | 'routes';

/** What to listen for, and who listens. */
export interface WatchOptions {
  /** Default: all. */
  readonly groups?: readonly WatchGroup[];
  readonly onEvent: (event: NetlinkEvent) => void;
  /** How much the kernel may queue, in bytes; beyond it comes `overrun`. Default: 4 MiB. */
  readonly receiveQueueBytes?: number;
}

/** RTNLGRP_... (linux/rtnetlink.h); IPv4's and IPv6's. */
const groupNumbers: Readonly<Record<WatchGroup, readonly number[]>> = {
  links: [1],
  addresses: [5, 9],
  routes: [7, 11],
};

/** How each type of message becomes an event; undefined: it doesn't. */
const decoders: Readonly<Record<number, (message: Message) => NetlinkEvent | undefined>> = {
  [RTM_NEWLINK]: linkEvent('link.new'),
  [RTM_DELLINK]: linkEvent('link.gone'),
  [RTM_NEWADDR]: addressEvent('address.new'),
  [RTM_DELADDR]: addressEvent('address.gone'),
  [RTM_NEWROUTE]: routeEvent('route.new'),
  [RTM_DELROUTE]: routeEvent('route.gone'),
};

/**
 * Hears of changes in the network namespace that the calling thread is in now. `link.new` comes for every
 * change of a link, too. Keeps the process alive until disposed. @throws NetlinkError
 */
export function watchRtnetlink(options: WatchOptions): Disposable {
  const { groups = ['links', 'addresses', 'routes'], receiveQueueBytes } = options;
  const mask = groups
    .flatMap((group) => groupNumbers[group])
    .reduce((sum, n) => sum | (1 << (n - 1)), 0);
  const fd = openSocket(sys(), {
    groups: mask,
    ...(receiveQueueBytes === undefined ? {} : { receiveQueueBytes }),
  });
  return new Watch({ sys: sys(), fd, onEvent: options.onEvent });
}

/** The events in one datagram. */
export function* decodeEvents(bytes: Buffer): Generator<NetlinkEvent> {
  for (const message of messages(bytes)) {
    const event = decoders[message.type]?.(message);
    if (event) yield event;
  }
}

/**
 * A stream ends with its first error and closes its descriptor, and only in its namespace could the socket be
 * opened anew. So the stream gets a copy, and after an overrun another.
 */
class Watch implements Disposable {
  readonly #sys: Sys;
  readonly #fd: number;
  readonly #onEvent: (event: NetlinkEvent) => void;
  #stream: Socket | undefined;

  constructor({ sys, fd, onEvent }: { sys: Sys; fd: number } & Pick<WatchOptions, 'onEvent'>) {
    this.#sys = sys;
    this.#fd = fd;
    this.#onEvent = onEvent;
    this.#listen();
  }

  [Symbol.dispose](): void {
    if (!this.#stream) return;
    this.#stream.destroy();
    this.#stream = undefined;
    this.#sys.close(this.#fd);
  }

  #listen(): void {
    const stream = openAsPipe(this.#sys, this.#sys.duplicate(this.#fd));
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => {
      for (const event of decodeEvents(bytes)) if (this.#stream === stream) this.#onEvent(event);
    });
    // ENOBUFS or, for want of memory, ENOMEM: either way something was lost.
    stream.on('error', () => {
      if (this.#stream !== stream) return;
      this.#drain();
      this.#listen();
      this.#onEvent({ type: 'overrun' });
    });
  }

  /** What is still queued is older than what was lost, and would contradict what the listener lists now. */
  #drain(): void {
    const { receiveBuffer } = this.#sys;
    while (Number(this.#sys.recv(this.#fd, receiveBuffer, RECEIVE_BYTES, MSG_DONTWAIT)) > 0);
  }
}

function linkEvent(type: 'link.new' | 'link.gone') {
  return (message: Message): NetlinkEvent | undefined => {
    const link = decodeLink(message);
    return link && { type, link };
  };
}

function addressEvent(type: 'address.new' | 'address.gone') {
  return (message: Message): NetlinkEvent | undefined => {
    const address = decodeAddress(message);
    return address && { type, address };
  };
}

function routeEvent(type: 'route.new' | 'route.gone') {
  return (message: Message): NetlinkEvent | undefined => {
    const route = decodeRoute(message);
    return route && { type, route };
  };
}
