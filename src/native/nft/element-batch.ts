import { SyscallError } from '../libc.js';
import type { Ack } from '../netlink-ts/ack.js';
import type { NetlinkSocket } from '../netlink-ts/socket.js';
import { NETLINK_CAP_ACK, NETLINK_EXT_ACK } from '../netlink-ts/sys.js';
import { MessageWriter, NLM_F_ACK, NLM_F_REQUEST } from '../netlink-ts/wire.js';
import { openNfnetlink } from '../nfnetlink.js';
import { beginBatch, endBatch } from './batch-frame.js';
import { type SetChange, type SetMessage, setMessages, writeSetMessage } from './element-wire.js';
import { NftError } from './error.js';
import { portOf } from './netlink-port.js';
import { elementStatement } from './render.js';

/** Changes elements of sets and nothing else, without libnftables, which takes 20 µs for each. */
export interface NftElementBatches extends Disposable {
  /** The netlink port that the kernel knows it by. */
  readonly port: number;
  /** All changes in one transaction. @throws NftError naming the element that was refused */
  run(changes: readonly SetChange[]): void;
}

/**
 * Opens it in the calling thread's network namespace; closing waits for RCU (10 ms).
 * @throws NetlinkError, SyscallError
 */
export function openNftElementBatches(): NftElementBatches {
  const socket = openNfnetlink([NETLINK_EXT_ACK, NETLINK_CAP_ACK]);
  try {
    return new ElementBatches(socket);
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

/** A message on its way, to find what an answer is about. */
interface Sent {
  readonly change: SetChange;
  readonly message: SetMessage;
  /** Bytes between the message's start and its list of elements. */
  readonly listAt: number;
}

/** What the kernel said no to. */
interface Refusal {
  readonly ack: Ack;
  readonly sequence: number;
}

class ElementBatches implements NftElementBatches {
  readonly port: number;
  readonly #socket: NetlinkSocket;
  readonly #output = new MessageWriter(65_536);

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
    this.port = portOf(socket.fd) ?? 0;
  }

  run(changes: readonly SetChange[]): void {
    const begin = this.#socket.nextSequence();
    const sent = this.#write(begin, changes);
    if (sent.size > 0) this.#exchange(begin, sent);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #write(begin: number, changes: readonly SetChange[]): Map<number, Sent> {
    const out = this.#output;
    const sent = new Map<number, Sent>();
    const pairs = changes.flatMap((change) =>
      setMessages(change).map((message) => ({ change, message })),
    );
    out.reset();
    beginBatch(out, begin);
    for (const { change, message } of pairs) {
      const sequence = this.#socket.nextSequence();
      const isLast = sent.size === pairs.length - 1;
      const flags = NLM_F_REQUEST | (isLast ? NLM_F_ACK : 0);
      const body = (to: MessageWriter) => writeSetMessage(to, message);
      const start = out.message(
        { type: message.type, flags: message.flags, body },
        flags,
        sequence,
      );
      const listAt = out.length - start - message.list.length;
      sent.set(sequence, { change, message, listAt });
    }
    endBatch(out, this.#socket.nextSequence());
    return sent;
  }

  /**
   * Refusals come for each message, an acknowledgement for the last one. When the whole is refused at the end,
   * it is the beginning that is answered, and nothing else.
   */
  #exchange(begin: number, sent: ReadonlyMap<number, Sent>): void {
    const last = begin + sent.size;
    let refusal: Refusal | undefined;
    this.#socket.exchange('change sets of nftables', this.#output, (ack, sequence) => {
      if (sequence < begin) return false;
      if (ack.errno !== 0) refusal ??= { ack, sequence };
      return sequence === last || sequence === begin;
    });
    if (refusal) throw refused(refusal.ack, sent.get(refusal.sequence));
  }
}

function refused({ errno, offset }: Ack, sent: Sent | undefined): NftError {
  const { message } = new SyscallError('Could not process rule', errno);
  const element = sent && elementAt(sent, offset);
  const statement = sent && element ? elementStatement(sent.change, element) : 'set elements';
  return new NftError(`elements:1:1-1: Error: ${message}\n`, statement);
}

function elementAt({ change, message, listAt }: Sent, offset: number) {
  let at = listAt;
  for (let i = 0; i < message.count; i++) {
    at += message.list.readUInt16LE(at - listAt);
    if (offset < at) return change.elements[message.from + i];
  }
  return change.elements[message.from];
}
