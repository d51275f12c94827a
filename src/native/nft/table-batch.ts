import { NetlinkError } from '../netlink-ts/error.js';
import type { NetlinkSocket } from '../netlink-ts/socket.js';
import {
  type Message,
  MessageWriter,
  NLM_F_ACK,
  NLM_F_REQUEST,
  type Request,
} from '../netlink-ts/wire.js';
import { openNfnetlink } from '../nfnetlink.js';
import { beginBatch, endBatch } from './batch-frame.js';
import { deleteTable, getTable, tableComment } from './rule-wire.js';

const ENOENT = 2;

/** A table of family ip: what it is is told by its comment. */
export interface SmallTable {
  readonly name: string;
  readonly comment: string;
  /** What makes it, the table itself first. */
  readonly requests: readonly Request[];
}

/** Puts whole small tables into a namespace without libnftables, which needs a millisecond to start. */
export interface NftTables extends Disposable {
  /**
   * Makes the table, in one transaction, unless there is one with this comment. Another of this name goes.
   * @throws NetlinkError
   */
  ensure(table: SmallTable): void;
}

/**
 * Opens it in the calling thread's network namespace. After another table went, closing waits for RCU (10 ms).
 * @throws NetlinkError
 */
export function openNftTables(): NftTables {
  const socket = openNfnetlink();
  return {
    ensure({ name, comment, requests }) {
      // Asked for first: a refused transaction waits for RCU.
      const former = find(socket, name);
      if (former?.comment === comment) return;
      const change = former ? [deleteTable(name), ...requests] : requests;
      transact(socket, `make table ${name}`, change);
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}

function find(socket: NetlinkSocket, name: string): { comment: string | undefined } | undefined {
  let comment: string | undefined;
  const receive = (answer: Message) => {
    comment = tableComment(answer);
  };
  return socket.ask(`look up table ${name}`, getTable(name), receive, ENOENT)
    ? { comment }
    : undefined;
}

/** Refusals come for each message, an acknowledgement for the last one, or one for the beginning of the whole. */
function transact(socket: NetlinkSocket, operation: string, requests: readonly Request[]): void {
  const out = new MessageWriter(4096);
  const begin = socket.nextSequence();
  beginBatch(out, begin);
  let last = begin;
  for (const [index, request] of requests.entries()) {
    last = socket.nextSequence();
    const isLast = index === requests.length - 1;
    out.message(request, NLM_F_REQUEST | (isLast ? NLM_F_ACK : 0), last);
  }
  endBatch(out, socket.nextSequence());
  let refusal: NetlinkError | undefined;
  socket.exchange(operation, out, (ack, sequence) => {
    if (sequence < begin) return false;
    if (ack.errno !== 0) refusal ??= new NetlinkError({ operation, ...ack });
    return sequence === last || sequence === begin;
  });
  if (refusal) throw refusal;
}
