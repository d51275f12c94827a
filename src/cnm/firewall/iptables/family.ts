import { InvalidParameter } from '../../../base/errors.js';
import { formatIp, ip } from '../../../base/ip.js';
import type { PortRange } from '../model.js';

/** What differs in iptables between the families. */
export interface IptablesFamily {
  readonly family: 4 | 6;
  /** Name of the program, and of the others that are named after it. */
  readonly program: 'iptables' | 'ip6tables';
  /** Addresses that must never arrive from a wire. */
  readonly loopback: string;
  /** The protocol that pings and path MTU discovery need. */
  readonly icmp: 'icmp' | 'ipv6-icmp';
  /** All that an address is compared with. */
  readonly addressLength: 32 | 128;
}

/** By address family. */
export const iptablesFamily: Readonly<Record<4 | 6, IptablesFamily>> = {
  4: {
    family: 4,
    program: 'iptables',
    loopback: '127.0.0.0/8',
    icmp: 'icmp',
    addressLength: 32,
  },
  6: {
    family: 6,
    program: 'ip6tables',
    loopback: '::1/128',
    icmp: 'ipv6-icmp',
    addressLength: 128,
  },
};

/** An address as a match: `172.18.0.2/32`. */
export function exactly(address: string): string {
  const parsed = ip(address);
  return `${formatIp(parsed)}/${iptablesFamily[parsed.family].addressLength}`;
}

/** Ports as a match: `80`, or `80:89`. */
export function portsMatch([first, last]: PortRange): string {
  return first === last ? String(first) : `${first}:${last}`;
}

/**
 * An interface's name as a match. A name that ends in `+` would mean all that begin like it, and iptables knows no
 * other way to write it. @throws InvalidParameter
 */
export function interfaceName(name: string): string {
  if (!name.endsWith('+') && !/\s/.test(name)) return name;
  throw new InvalidParameter(
    `iptables can't match interface "${name}": give it a name without "+" at the end, or use --firewall-backend=nftables`,
  );
}
