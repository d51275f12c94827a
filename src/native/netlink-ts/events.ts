import { decodeAddress, RTM_DELADDR, RTM_NEWADDR } from './addr.js';
import { decodeLink, RTM_DELLINK, RTM_NEWLINK } from './link.js';
import { Listener } from './listener.js';
import type { NetlinkEvent } from './model.js';
import { openSocket, routeSocket } from './open.js';
import { decodeRoute, RTM_DELROUTE, RTM_NEWROUTE } from './route.js';
import { sys } from './sys.js';
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
  const queue = receiveQueueBytes === undefined ? {} : { receiveQueueBytes };
  const fd = openSocket(sys(), { ...routeSocket, ...queue, groups: mask });
  return new Listener<NetlinkEvent>({
    sys: sys(),
    fd,
    decode: decodeEvents,
    onEvent: options.onEvent,
    lost: { type: 'overrun' },
    keepsAlive: true,
  });
}

/** The events in one datagram. */
export function* decodeEvents(bytes: Buffer): Generator<NetlinkEvent> {
  for (const message of messages(bytes)) {
    const event = decoders[message.type]?.(message);
    if (event) yield event;
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
