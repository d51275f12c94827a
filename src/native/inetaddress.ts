import { type Ip, ipBytes, ipFromBytes } from '../base/ip.js';

/** Kernel numbers of the address families (sys/socket.h). */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** An address and port, as a socket has them. */
export interface InetAddress {
  readonly address: Ip;
  readonly port: number;
}

/**
 * Encodes `struct sockaddr_in { u16 sin_family; be16 sin_port; u8 sin_addr[4]; u8 sin_zero[8]; }` or
 * `struct sockaddr_in6 { u16 sin6_family; be16 sin6_port; be32 sin6_flowinfo; u8 sin6_addr[16]; u32 sin6_scope_id; }`.
 * `scopeId` is the interface index of a link-local IPv6 address.
 */
export function encodeInetAddress({ address, port }: InetAddress, scopeId = 0): Buffer {
  const isV4 = address.family === 4;
  const sockaddr = Buffer.alloc(isV4 ? 16 : 28);
  sockaddr.writeUInt16LE(isV4 ? AF_INET : AF_INET6, 0);
  sockaddr.writeUInt16BE(port, 2);
  sockaddr.set(ipBytes(address), isV4 ? 4 : 8);
  if (!isV4) sockaddr.writeUInt32LE(scopeId, 24);
  return sockaddr;
}

/** Reads what {@link encodeInetAddress} writes, from any buffer that is long enough. */
export function decodeInetAddress(sockaddr: Buffer): InetAddress {
  const bytes =
    sockaddr.readUInt16LE(0) === AF_INET ? sockaddr.subarray(4, 8) : sockaddr.subarray(8, 24);
  return { address: ipFromBytes(bytes), port: sockaddr.readUInt16BE(2) };
}
