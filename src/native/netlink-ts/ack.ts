import { NetlinkError } from './error.js';
import type { Message } from './wire.js';
import {
  align4,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HEADER_BYTES,
  readAttributes,
  readText,
} from './wire.js';

/** The end of a request: errno 0 if it was done. */
export interface Ack {
  /** Positive or 0. */
  readonly errno: number;
  /** The kernel's explanation, if it gave one. */
  readonly kernelMessage: string | undefined;
  /** Where in the refused message the kernel points at, in bytes from its start; 0 if it doesn't. */
  readonly offset: number;
}

const NLMSGERR_ATTR_MSG = 1;
const NLMSGERR_ATTR_OFFS = 2;

/**
 * Reads an NLMSG_ERROR (an acknowledgement, too) or NLMSG_DONE; undefined for any other message.
 *
 * ```c
 * struct nlmsgerr {        // NLMSG_DONE has the number alone
 *   int error;             // negative errno, 0 in an acknowledgement
 *   struct nlmsghdr msg;   // of the request, with its payload unless NLM_F_CAPPED
 * };                       // then, with NLM_F_ACK_TLVS, attributes NLMSGERR_ATTR_...
 * ```
 */
export function readAck(message: Message): Ack | undefined {
  const { bytes, type, start, end } = message;
  if (type !== NLMSG_ERROR && type !== NLMSG_DONE) return undefined;
  const error = end - start >= 4 ? bytes.readInt32LE(start) : 0;
  const draft: { text?: string; offset: number } = { offset: 0 };
  if (error !== 0 && message.flags & NLM_F_ACK_TLVS) {
    readAttributes(
      draft,
      { bytes, start: start + 4 + echoBytes(message), end },
      {
        [NLMSGERR_ATTR_MSG]: (into, payload, from, to) => {
          into.text = readText(payload, from, to);
        },
        [NLMSGERR_ATTR_OFFS]: (into, payload, from) => {
          into.offset = payload.readUInt32LE(from);
        },
      },
    );
  }
  return { errno: error < 0 ? -error : 0, kernelMessage: draft.text, offset: draft.offset };
}

/** True for an acknowledgement or the end of a listing, false for anything else. @throws NetlinkError a refusal */
export function throwIfRefused(operation: string, message: Message): boolean {
  const ack = readAck(message);
  if (ack && ack.errno !== 0) throw new NetlinkError({ operation, ...ack });
  return ack !== undefined;
}

/** How much of the request stands in the answer. */
function echoBytes({ bytes, type, flags, start, end }: Message): number {
  if (type === NLMSG_DONE) return 0;
  if (flags & NLM_F_CAPPED || end - start < 8) return NLMSG_HEADER_BYTES;
  return align4(bytes.readUInt32LE(start + 4));
}
