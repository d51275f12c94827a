import { isErrno } from '../libc.js';
import { NetlinkError } from '../netlink-ts/error.js';
import type { NetlinkSocket } from '../netlink-ts/socket.js';
import { MessageWriter, NLM_F_ACK, NLM_F_REQUEST, type Request } from '../netlink-ts/wire.js';
import { openNfnetlink } from '../nfnetlink.js';
import { beginBatch, endBatch } from './batch-frame.js';
import { deleteTable, getTable } from './rule-wire.js';

/** Puts whole small tables into a namespace without libnftables, which needs a millisecond to start. */
export interface NftTables extends Disposable {
  /**
   * Makes a table of family ip what the requests say, in one transaction: whatever it was before goes.
   * @throws NetlinkError
   */
  replace(name: string, requests: readonly Request[]): void;
}

/**
 * Opens it in the calling thread's network namespace. After a table that was there before, closing waits for RCU
 * (10 ms). @throws NetlinkError
 */
export function openNftTables(): NftTables {
  const socket = openNfnetlink();
  return {
    replace(name, requests) {
      // Asked for first: a refused transaction waits for RCU.
      const former = has(socket, name) ? [deleteTable(name)] : [];
      transact(socket, `replace table ${name}`, [...former, ...requests]);
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}

function has(socket: NetlinkSocket, name: string): boolean {
  try {
    socket.ask(`look up table ${name}`, getTable(name), () => {});
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
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
