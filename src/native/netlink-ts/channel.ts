import { NetlinkError } from './error.js';
import { decodeLink, decodeLinkIndex, getLink, type LinkTarget } from './link.js';
import type { LinkInfo, LinkSpec } from './model.js';
import { interfaceName } from './name.js';
import type { NetlinkSocket } from './socket.js';
import type { Request } from './wire.js';

const ENODEV = 19;

/** How a change reaches the kernel: at once, or gathered with others for one datagram. */
export interface Channel {
  /** Sends or keeps a change. `operation` says in an error what was attempted. */
  submit(operation: string, request: Request): void;
  /** The link's number. @throws NetlinkError ENODEV if there is none of the name */
  indexOf(operation: string, name: string): number;
  /** The cheapest way to tell the kernel which link is meant. */
  target(name: string): LinkTarget;
  /** Told after each new link that was submitted. */
  added(spec: LinkSpec): void;
  /** Told after each link that was renamed (`newName`), moved away or deleted. */
  gone(name: string, newName?: string): void;
}

/** Looks links up by name in the socket's namespace, which the calling thread need not be in. */
export class LinkLookup {
  readonly #socket: NetlinkSocket;

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /** The link, if there is one of the name. */
  link(name: string): LinkInfo | undefined {
    let found: LinkInfo | undefined;
    this.#ask(`link ${name}`, { name: interfaceName(name) }, (message) => {
      found = decodeLink(message);
    });
    return found;
  }

  /** @throws NetlinkError ENODEV */
  indexOf(operation: string, name: string): number {
    let found: number | undefined;
    this.#ask(`link ${name}`, { name: interfaceName(name) }, (message) => {
      found = decodeLinkIndex(message);
    });
    if (found !== undefined) return found;
    throw new NetlinkError({ operation, errno: ENODEV, kernelMessage: `no link ${name}` });
  }

  /** Whether a link has the number. */
  hasIndex(index: number): boolean {
    let found = false;
    this.#ask(`link ${index}`, { index }, () => {
      found = true;
    });
    return found;
  }

  #ask(operation: string, target: LinkTarget, receive: Parameters<NetlinkSocket['ask']>[2]): void {
    this.#socket.ask(operation, getLink(target), receive, ENODEV);
  }
}

/** Sends each change at once. */
export class ImmediateChannel implements Channel {
  readonly #socket: NetlinkSocket;
  readonly #lookup: LinkLookup;

  constructor({ socket, lookup }: { socket: NetlinkSocket; lookup: LinkLookup }) {
    this.#socket = socket;
    this.#lookup = lookup;
  }

  submit(operation: string, request: Request): void {
    this.#socket.change(operation, request);
  }

  indexOf(operation: string, name: string): number {
    return this.#lookup.indexOf(operation, name);
  }

  /** The kernel finds it. */
  target(name: string): LinkTarget {
    return { name: interfaceName(name) };
  }

  added(): void {}

  gone(): void {}
}
