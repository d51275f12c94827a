import { NetlinkSocket } from './netlink-ts/socket.js';
import { sys } from './netlink-ts/sys.js';
import type { Message } from './netlink-ts/wire.js';

/** The protocol of all of netfilter: connection tracking, nf_tables (linux/netlink.h). */
export const NETLINK_NETFILTER = 12;

/** `struct nfgenmsg { __u8 family; __u8 version; __be16 res_id; }`, which stands before the attributes. */
const NFGENMSG_BYTES = 4;

/**
 * Opens netfilter's netlink in the calling thread's network namespace. `switches` are those of SOL_NETLINK.
 * @throws NetlinkError
 */
export function openNfnetlink(switches: readonly number[] = []): NetlinkSocket {
  return new NetlinkSocket(sys(), { protocol: NETLINK_NETFILTER, switches });
}

/** Where a message's attributes are. */
export function attributesOf({
  bytes,
  start,
  end,
}: Message): Pick<Message, 'bytes' | 'start' | 'end'> {
  return { bytes, start: start + NFGENMSG_BYTES, end };
}
