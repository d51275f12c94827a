import { type MessageWriter, NLM_F_REQUEST } from '../netlink-ts/wire.js';

/** NFNL_MSG_BATCH_BEGIN and NFNL_MSG_BATCH_END of linux/netfilter/nfnetlink.h. */
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
/** NFNL_SUBSYS_NFTABLES, who the batch is for. */
const NFTABLES = 10;

/** The message before those that are one transaction. */
export function beginBatch(out: MessageWriter, sequence: number): void {
  out.message(frame(BATCH_BEGIN), NLM_F_REQUEST, sequence);
}

/** The message behind them: only with it the kernel commits. */
export function endBatch(out: MessageWriter, sequence: number): void {
  out.message(frame(BATCH_END), NLM_F_REQUEST, sequence);
}

function frame(type: number) {
  return { type, flags: 0, body: (out: MessageWriter) => void out.u8(0).u8(0).u8(0).u8(NFTABLES) };
}
