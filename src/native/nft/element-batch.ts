import { System } from '../../base/errors.js';
import type { Fd } from '../fd.js';
import { check, isErrno, libc, SyscallError } from '../libc.js';
import {
  type Message,
  MessageWriter,
  messages,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  readAttributes,
} from '../netlink-ts/wire.js';
import { type SetChange, type SetMessage, setMessages, writeSetMessage } from './element-wire.js';
import { NftError } from './error.js';
import { openNetfilter, portOf, setBuffer, setNetlinkOption } from './netfilter-socket.js';
import { elementStatement } from './render.js';

const c = {
  send: libc.fn<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>(
    'int64_t send(int fd, void *buf, uint64_t len, int flags)',
  ),
  recv: libc.fn<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>(
    'int64_t recv(int fd, void *buf, uint64_t len, int flags)',
  ),
};

/** NFNL_MSG_BATCH_BEGIN and NFNL_MSG_BATCH_END of linux/netfilter/nfnetlink.h. */
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
/** NFNL_SUBSYS_NFTABLES, who the batch is for. */
const NFTABLES = 10;
const NLMSGERR_ATTR_OFFS = 2;
/** The kernel works inside send(2): its answers are there when it returns. */
const MSG_DONTWAIT = 0x40;
/** What the kernel counts for a datagram beside its bytes. */
const SEND_SPARE = 4096;

/** Changes elements of sets and nothing else, without libnftables, which takes 20 µs for each. */
export interface NftElementBatches extends Disposable {
  /** The netlink port that the kernel knows it by. */
  readonly port: number;
  /** All changes in one transaction. @throws NftError naming the element that was refused */
  run(changes: readonly SetChange[]): void;
}

/** Opens it in the calling thread's network namespace; closing waits for RCU (10 ms). @throws SyscallError */
export function openNftElementBatches(): NftElementBatches {
  const fd = openNetfilter();
  try {
    setNetlinkOption(fd, 'extAck');
    setNetlinkOption(fd, 'capAck');
    return new ElementBatches(fd);
  } catch (error) {
    fd.close();
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

class ElementBatches implements NftElementBatches {
  readonly port: number;
  readonly #fd: Fd;
  readonly #output = new MessageWriter(65_536);
  readonly #input = Buffer.allocUnsafeSlow(65_536);
  #sendBytes = 0;
  #sequence = 0;

  constructor(fd: Fd) {
    this.#fd = fd;
    this.port = portOf(fd.number) ?? 0;
  }

  run(changes: readonly SetChange[]): void {
    const begin = ++this.#sequence;
    const sent = this.#write(begin, changes);
    if (sent.size === 0) return;
    this.#send();
    this.#readAnswers(begin, sent);
  }

  [Symbol.dispose](): void {
    this.#fd.close();
  }

  #write(begin: number, changes: readonly SetChange[]): Map<number, Sent> {
    const out = this.#output;
    const sent = new Map<number, Sent>();
    const pairs = changes.flatMap((change) =>
      setMessages(change).map((message) => ({ change, message })),
    );
    out.reset();
    out.message(frame(BATCH_BEGIN), NLM_F_REQUEST, begin);
    for (const { change, message } of pairs) {
      const sequence = ++this.#sequence;
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
    out.message(frame(BATCH_END), NLM_F_REQUEST, ++this.#sequence);
    return sent;
  }

  #send(): void {
    const { bytes, length } = this.#output;
    if (length + SEND_SPARE > this.#sendBytes) {
      this.#sendBytes = 2 * (length + SEND_SPARE);
      setBuffer(this.#fd, 'send', this.#sendBytes);
    }
    check('send', Number(c.send(this.#fd.number, bytes, length, 0)), 'to nftables');
  }

  /**
   * Refusals come for each message, an acknowledgement for the last one. When the whole is refused at the end,
   * it is the beginning that is answered, and nothing else.
   */
  #readAnswers(begin: number, sent: ReadonlyMap<number, Sent>): void {
    const last = begin + sent.size;
    let refusal: Message | undefined;
    for (let isOver = false; !isOver; ) {
      for (const answer of this.#receive()) {
        if (answer.type !== NLMSG_ERROR || answer.sequence < begin) continue;
        if (errnoOf(answer) !== 0) refusal ??= { ...answer, bytes: Buffer.from(answer.bytes) };
        isOver ||= answer.sequence === last || answer.sequence === begin;
      }
    }
    if (refusal) throw refused(refusal, sent.get(refusal.sequence));
  }

  #receive(): Generator<Message> {
    const length = Number(c.recv(this.#fd.number, this.#input, this.#input.length, MSG_DONTWAIT));
    try {
      return messages(this.#input, check('recv', length, 'from nftables'));
    } catch (error) {
      if (!isErrno(error, 'EAGAIN')) throw error;
      throw new System('nftables did not answer', { cause: error });
    }
  }
}

function frame(type: number) {
  return { type, flags: 0, body: (out: MessageWriter) => void out.u8(0).u8(0).u8(0).u8(NFTABLES) };
}

/** `struct nlmsgerr { int error; ... }`: the negative errno. */
function errnoOf({ bytes, start }: Message): number {
  return -bytes.readInt32LE(start);
}

function refused(answer: Message, sent: Sent | undefined): NftError {
  const { message } = new SyscallError('Could not process rule', errnoOf(answer));
  const element = sent && elementAt(sent, offsetOf(answer));
  const statement = sent && element ? elementStatement(sent.change, element) : 'set elements';
  return new NftError(`elements:1:1-1: Error: ${message}\n`, statement);
}

/** Where in the refused message the kernel points at, from its start; 0 if it doesn't. */
function offsetOf(answer: Message): number {
  const found = { offset: 0 };
  // struct nlmsgerr: the number and the header of the refused message, which is cut off behind it.
  readAttributes(
    found,
    { ...answer, start: answer.start + 20 },
    {
      [NLMSGERR_ATTR_OFFS]: (into, bytes, at) => {
        into.offset = bytes.readUInt32LE(at);
      },
    },
  );
  return found.offset;
}

function elementAt({ change, message, listAt }: Sent, offset: number) {
  let at = listAt;
  for (let i = 0; i < message.count; i++) {
    at += message.list.readUInt16LE(at - listAt);
    if (offset < at) return change.elements[message.from + i];
  }
  return change.elements[message.from];
}
