import { join } from 'node:path';
import { type ListenAddress, parseListenAddress } from '../api/server/listen.js';
import { cidrOf, formatCidr, parseInterfaceAddress } from '../base/cidr.js';
import { InvalidParameter } from '../base/errors.js';
import { formatIp, parseIp } from '../base/ip.js';
import { isLogLevel, type LogLevel } from '../base/logger.js';
import type { DefaultBridge } from '../cnm/controller/predefined.js';
import type { FirewallSettings } from '../cnm/firewall/model.js';
import { type AddressPool, parseAddressPool } from '../cnm/ipam/pools.js';
import type { Options } from './flags.js';
import { type NetworkOptions, readNetworkOptions } from './network-options.js';

/** What the daemon runs by: the options, read and checked. */
export interface Settings {
  readonly listen: readonly ListenAddress[];
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly pidfile: string;
  readonly logLevel: LogLevel;
  readonly bridge: DefaultBridge;
  /** As configured; empty: the built-in ones. */
  readonly addressPools: readonly AddressPool[];
  /** Options of new networks where the user gives none, by driver. */
  readonly networkOptions: NetworkOptions;
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly firewall: boolean;
  readonly firewallSettings: FirewallSettings;
  readonly forwarding: boolean;
  readonly liveRestore: boolean;
  /** OCI runtimes in order of preference. */
  readonly runtimes: readonly string[];
}

/** Reads and checks the options. @throws InvalidParameter naming the option */
export function readSettings(options: Options): Settings {
  if (options['firewall-backend'] !== 'nftables') {
    throw new InvalidParameter(
      `invalid firewall-backend "${options['firewall-backend']}": "nftables" is available`,
    );
  }
  const execRoot = absolute('exec-root', options['exec-root']);
  const hosts = options.host.length > 0 ? options.host : ['unix:///var/run/tsnet.sock'];
  return {
    listen: hosts.map(parseListenAddress),
    dataRoot: absolute('data-root', options['data-root']),
    execRoot,
    pidfile:
      options.pidfile === '' ? join(execRoot, 'tsnetd.pid') : absolute('pidfile', options.pidfile),
    logLevel: logLevel(options),
    bridge: defaultBridge(options),
    addressPools: options['default-address-pool'].map(parseAddressPool),
    networkOptions: readNetworkOptions(options['default-network-opt']),
    dns: options.dns.map((text) => address('dns', text)),
    dnsSearch: options['dns-search'],
    dnsOptions: options['dns-opt'],
    firewall: options.iptables,
    firewallSettings: { userlandProxy: options['userland-proxy'], allowDirectRouting: false },
    forwarding: options['ip-forward'],
    liveRestore: options['live-restore'],
    runtimes: options.runtime === '' ? ['crun', 'runc'] : [options.runtime],
  };
}

function logLevel(options: Options): LogLevel {
  const level = options['log-level'];
  if (!isLogLevel(level)) {
    throw new InvalidParameter(`invalid logging level: ${level}: use debug, info, warn or error`);
  }
  return options.debug ? 'debug' : level;
}

function defaultBridge(options: Options): DefaultBridge {
  return {
    enableIcc: options.icc,
    enableIpMasquerade: options['ip-masq'],
    ...(options.ip !== '' && { hostBindingIpv4: address('ip', options.ip) }),
    ...(options.mtu > 0 && { mtu: mtu(options.mtu) }),
    ...(options.bip !== '' && { ipam: [bridgeSubnet(options.bip)] }),
  };
}

/** `--bip 10.9.0.1/24`: the bridge's own address with the subnet's prefix length. */
function bridgeSubnet(bip: string): { subnet: string; gateway: string } {
  const parsed = parseInterfaceAddress(bip);
  const subnet = parsed && cidrOf(parsed.ip, parsed.prefix);
  const isHost = parsed?.ip.family === 4 && parsed.ip.value !== subnet?.address;
  if (!subnet || !isHost) {
    throw new InvalidParameter(
      `invalid bip "${bip}": expected a host's IPv4 address with its prefix length, such as 172.17.0.1/16`,
    );
  }
  return { subnet: formatCidr(subnet), gateway: formatIp(parsed.ip) };
}

/** IPv4 needs 68 bytes (RFC 791); the kernel allows bridges no more than 65535. */
function mtu(bytes: number): number {
  if (bytes >= 68 && bytes <= 65535) return bytes;
  throw new InvalidParameter(`invalid mtu "${bytes}": expected 68 to 65535 bytes`);
}

function address(option: string, text: string): string {
  if (!parseIp(text))
    throw new InvalidParameter(`invalid ${option} "${text}": expected an IP address`);
  return text;
}

function absolute(option: string, path: string): string {
  if (!path.startsWith('/')) {
    throw new InvalidParameter(`invalid ${option} "${path}": expected an absolute path`);
  }
  return path.replace(/\/+$/, '') || '/';
}
