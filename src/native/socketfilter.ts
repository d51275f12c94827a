import type { Fd } from './fd.js';
import { addressOf, check, libc } from './libc.js';

const setsockopt = libc.fn<
  (fd: number, level: number, name: number, value: Uint8Array, length: number) => number
>('int setsockopt(int sockfd, int level, int optname, const void *optval, uint32_t optlen)');

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_DETACH_FILTER = 27;
/** BPF_RET | BPF_K: answer with the constant, the number of bytes to let through. */
const BPF_RET_K = 0x06;

/**
 * Makes a socket take no packet at all (socket(7), SO_ATTACH_FILTER): a port that is only reserved must not
 * complete TCP handshakes while the rules that lead its traffic elsewhere are not there yet.
 */
export function attachDropAll(socket: Fd): void {
  // struct sock_filter { u16 code; u8 jt, jf; u32 k; }
  const program = Buffer.alloc(8);
  program.writeUInt16LE(BPF_RET_K, 0);
  // struct sock_fprog { u16 len; struct sock_filter *filter; }
  const fprog = Buffer.alloc(16);
  fprog.writeUInt16LE(1, 0);
  fprog.writeBigUInt64LE(addressOf(program), 8);
  set(socket, SO_ATTACH_FILTER, fprog);
}

/** Takes the filter off again. @throws SyscallError ENOENT if there is none */
export function detachFilter(socket: Fd): void {
  set(socket, SO_DETACH_FILTER, Buffer.alloc(4));
}

function set(socket: Fd, option: number, value: Buffer): void {
  check('setsockopt', setsockopt(socket.number, SOL_SOCKET, option, value, value.length));
}
