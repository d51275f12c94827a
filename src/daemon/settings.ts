import { join } from 'node:path';
import { type ListenAddress, parseListenAddress } from '../api/server/listen.js';
import { InvalidParameter } from '../base/errors.js';
import { isLogLevel, type LogLevel } from '../base/logger.js';
import { type AddressPool, parseAddressPool } from '../cnm/ipam/pools.js';
import { address, type BridgeOptions, bridgeOptions } from './default-bridge/options.js';
import { firewallOptions } from './firewall-options.js';
import type { Options } from './flags.js';
import type { HostFirewallSettings } from './kernel/host-firewall.js';
import { type NetworkOptions, readNetworkOptions } from './network-options.js';

/** What the daemon runs by: the options, read and checked. */
export interface Settings {
  readonly listen: readonly ListenAddress[];
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly pidfile: string;
  readonly logLevel: LogLevel;
  /** Containers are told of linked ones by variables (an environment variable of the daemon's says so). */
  readonly linkEnvironment?: boolean;
  readonly bridge: BridgeOptions | 'none';
  /** `--host-gateway-ip`: at most one for each family. */
  readonly hostGateways: readonly string[];
  /** `--ip-forward-no-drop`. */
  readonly forwardForOthers: boolean;
  /** As configured; empty: the built-in ones. */
  readonly addressPools: readonly AddressPool[];
  /** Options of new networks where the user gives none, by driver. */
  readonly networkOptions: NetworkOptions;
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly firewall: HostFirewallSettings;
  /** Whether iptables' raw table is used, by default yes (an environment variable of the daemon's says so). */
  readonly rawTable?: boolean;
  readonly forwarding: boolean;
  readonly liveRestore: boolean;
  /** OCI runtimes in order of preference. */
  readonly runtimes: readonly string[];
}

/** Reads and checks the options. @throws InvalidParameter naming the option */
export function readSettings(options: Options): Settings {
  const execRoot = absolute('exec-root', options['exec-root']);
  const hosts = options.host.length > 0 ? options.host : ['unix:///var/run/tsnet.sock'];
  return {
    listen: hosts.map(parseListenAddress),
    dataRoot: absolute('data-root', options['data-root']),
    execRoot,
    pidfile:
      options.pidfile === '' ? join(execRoot, 'tsnetd.pid') : absolute('pidfile', options.pidfile),
    logLevel: logLevel(options),
    bridge: bridgeOptions(options),
    hostGateways: hostGateways(options['host-gateway-ip']),
    forwardForOthers: options['ip-forward-no-drop'],
    addressPools: options['default-address-pool'].map(parseAddressPool),
    networkOptions: readNetworkOptions(options['default-network-opt']),
    dns: options.dns.map((text) => address('dns', text)),
    dnsSearch: options['dns-search'],
    dnsOptions: options['dns-opt'],
    firewall: firewallOptions(options),
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

/** @throws InvalidParameter for what is no address, and for more than one of a family */
function hostGateways(texts: readonly string[]): readonly string[] {
  const addresses = texts
    .flatMap((text) => text.split(','))
    .map((text) => address('host-gateway-ip', text));
  const sixes = addresses.filter((text) => text.includes(':')).length;
  if (sixes > 1 || addresses.length - sixes > 1) {
    throw new InvalidParameter(
      'only one IPv4 and one IPv6 host gateway IP address can be specified',
    );
  }
  return addresses;
}

function absolute(option: string, path: string): string {
  if (!path.startsWith('/')) {
    throw new InvalidParameter(`invalid ${option} "${path}": expected an absolute path`);
  }
  return path.replace(/\/+$/, '') || '/';
}
