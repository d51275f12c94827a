/*
 * A program: says to be the router of a link, every 100 ms, as anybody on a wire can (RFC 4861, 4.2).
 *
 *     node router.js <interface> <prefix>/64
 *
 * It says "ready" when the first advertisement is sent.
 */
import { networkInterfaces } from 'node:os';
import { setInterval } from 'node:timers';
import { ip } from '../../src/base/ip.js';
import { encodeInetAddress } from '../../src/native/inetaddress.js';
import { check, libc } from '../../src/native/libc.js';

const c = {
  socket: libc.fn<(domain: number, type: number, protocol: number) => number>(
    'int socket(int domain, int type, int protocol)',
  ),
  setsockopt: libc.fn<
    (fd: number, level: number, name: number, value: Uint8Array, length: number) => number
  >('int setsockopt(int sockfd, int level, int optname, const void *optval, uint32_t optlen)'),
  sendto: libc.fn<
    (fd: number, data: Uint8Array, size: number, flags: number, to: Uint8Array, n: number) => number
  >(
    'int64_t sendto(int fd, const void *buf, size_t len, int flags, const void *addr, uint32_t addrlen)',
  ),
};
const AF_INET6 = 10;
const SOCK_RAW = 3;
const IPPROTO_IPV6 = 41;
const IPPROTO_ICMPV6 = 58;
const IPV6_MULTICAST_HOPS = 18;
const ALL_NODES = 'ff02::1';

const [link = '', prefix = ''] = process.argv.slice(2);
const scopeId = networkInterfaces()[link]?.find(({ family }) => family === 'IPv6')?.scopeid ?? 0;
const [base = '', length] = prefix.split('/');
const socket = check('socket', c.socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), 'icmpv6');
// Receivers take none that has come by way of a router.
const hops = Buffer.from([255, 0, 0, 0]);
check('setsockopt', c.setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops, 4), 'hops');
const to = encodeInetAddress({ address: ip(ALL_NODES), port: 0 }, scopeId);
const message = advertisement();
send();
process.stdout.write('ready\n');
setInterval(send, 100);

function send(): void {
  check('sendto', c.sendto(socket, message, message.length, 0, to, to.length), ALL_NODES);
}

/** Router for half an hour, with a prefix that hosts may make addresses of. The kernel adds the checksum. */
function advertisement(): Buffer {
  const bytes = Buffer.alloc(48);
  bytes[0] = 134;
  bytes[4] = 64;
  bytes.writeUInt16BE(1800, 6);
  bytes.set([3, 4, Number(length), 0xc0], 16);
  bytes.writeUInt32BE(86_400, 20);
  bytes.writeUInt32BE(14_400, 24);
  const { value } = ip(base);
  for (let i = 0; i < 16; i++) bytes[32 + i] = Number((value >> BigInt(8 * (15 - i))) & 0xffn);
  return bytes;
}
