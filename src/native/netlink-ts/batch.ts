import { randomInt } from 'node:crypto';
import type { Channel, LinkLookup } from './channel.js';
import {
  IFI_INDEX_AT,
  IFINFOMSG_BYTES,
  IFLA_INFO_DATA,
  IFLA_LINKINFO,
  type LinkTarget,
} from './link.js';
import { VETH_INFO_PEER } from './link-kind.js';
import type { LinkSpec } from './model.js';
import { interfaceName } from './name.js';
import type { BatchedOperation, NetlinkSocket } from './socket.js';
import type { Request } from './wire.js';
import {
  MessageWriter,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_HEADER_BYTES,
  readAttributes,
} from './wire.js';

/** Numbers given to links that a batch makes and speaks of again: far above those the kernel counts up. */
const FIRST_INDEX = 1 << 20;
const LAST_INDEX = 1 << 24;

/** A link that the batch makes or renames: the kernel can't find it by name yet. */
interface PendingLink {
  index: number | undefined;
  /** Where in the batch its number is to be written, once it needs one; the first is its own. */
  readonly indexAt: number | undefined;
  /** The other end, if it is in the same namespace: a chosen number is heeded only if both have one. */
  readonly veth: string | undefined;
}

/**
 * Gathers changes. The kernel carries them out one after the other when all have been gathered, so that a
 * link made in the batch has no number yet when a later change needs it: it is then given one by us. This
 * also makes sure that, if the link is refused, what follows doesn't hit another link of the same name.
 */
export class BatchChannel implements Channel {
  readonly #socket: NetlinkSocket;
  readonly #lookup: LinkLookup;
  readonly #writer = new MessageWriter(4096);
  readonly #operations: BatchedOperation[] = [];
  readonly #pending = new Map<string, PendingLink>();
  #lastMessage = 0;

  constructor({ socket, lookup }: { socket: NetlinkSocket; lookup: LinkLookup }) {
    this.#socket = socket;
    this.#lookup = lookup;
  }

  submit(operation: string, request: Request): void {
    const sequence = this.#socket.nextSequence();
    this.#lastMessage = this.#writer.message(request, NLM_F_REQUEST, sequence);
    this.#operations.push({ operation, sequence });
  }

  indexOf(operation: string, name: string): number {
    const pending = this.#pending.get(name);
    return pending ? this.#indexOfPending(pending) : this.#lookup.indexOf(operation, name);
  }

  target(name: string): LinkTarget {
    const pending = this.#pending.get(name);
    return pending ? { index: this.#indexOfPending(pending) } : { name: interfaceName(name) };
  }

  added(spec: LinkSpec): void {
    // One that is born elsewhere is not found here.
    if ('netnsFd' in spec && spec.netnsFd !== undefined) return;
    const start = this.#lastMessage + NLMSG_HEADER_BYTES;
    const local = spec.kind === 'veth' && spec.peer.netnsFd === undefined ? spec.peer : undefined;
    this.#pending.set(spec.name, {
      index: undefined,
      indexAt: start + IFI_INDEX_AT,
      veth: undefined,
    });
    if (!local) return;
    const indexAt = this.#peerStart(start) + IFI_INDEX_AT;
    this.#pending.set(local.name, { index: undefined, indexAt, veth: spec.name });
  }

  gone(name: string, newName?: string): void {
    const pending = this.#pending.get(name);
    this.#pending.delete(name);
    if (newName === undefined) return;
    const index = pending ? this.#indexOfPending(pending) : this.#lookup.indexOf('batch', name);
    this.#pending.set(newName, { index, indexAt: undefined, veth: undefined });
  }

  /** Sends what was gathered. @throws NetlinkError the first refusal */
  send(): void {
    if (this.#operations.length === 0) return;
    const typeAndFlags = this.#lastMessage + 4;
    const value = this.#writer.bytes.readUInt32LE(typeAndFlags) | (NLM_F_ACK << 16);
    this.#writer.patchU32(typeAndFlags, value >>> 0);
    this.#socket.batch(this.#writer, this.#operations);
  }

  #indexOfPending(link: PendingLink): number {
    if (link.index !== undefined) return link.index;
    const other = link.veth === undefined ? undefined : this.#pending.get(link.veth);
    if (other) this.#indexOfPending(other);
    link.index = this.#freeIndex();
    if (link.indexAt !== undefined) this.#writer.patchU32(link.indexAt, link.index);
    return link.index;
  }

  #freeIndex(): number {
    const taken = new Set([...this.#pending.values()].map(({ index }) => index));
    for (;;) {
      const index = randomInt(FIRST_INDEX, LAST_INDEX);
      if (!taken.has(index) && !this.#lookup.hasIndex(index)) return index;
    }
  }

  /** Where the peer's `struct ifinfomsg` is in the message whose own starts at `start`. */
  #peerStart(start: number): number {
    let range = {
      bytes: this.#writer.bytes,
      start: start + IFINFOMSG_BYTES,
      end: this.#writer.length,
    };
    for (const type of [IFLA_LINKINFO, IFLA_INFO_DATA, VETH_INFO_PEER]) {
      range = readAttributes({ ...range }, range, {
        [type]: (draft, _bytes, from, to) => {
          draft.start = from;
          draft.end = to;
        },
      });
    }
    return range.start;
  }
}
