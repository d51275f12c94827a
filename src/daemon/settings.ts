import { join } from 'node:path';
import { InvalidParameter } from '../base/errors.js';
import type { IdMaps } from '../base/id-mapping.js';
import { type AddressPool, parseAddressPool } from '../cnm/ipam/pools.js';
import type { LogConfig } from '../engine/logging/config.js';
import type { PluginFolders } from '../engine/plugins/model.js';
import { driverNamed } from '../engine/storage/drivers/catalogue.js';
import { type DriverOptions, readDriverOptions } from '../engine/storage/drivers/options.js';
import { address, type BridgeOptions, bridgeOptions } from './default-bridge/options.js';
import { firewallOptions } from './firewall-options.js';
import type { Options } from './flags.js';
import { type IsolationOptions, isolationOptions } from './isolation-options.js';
import type { HostFirewallSettings } from './kernel/host-firewall.js';
import { type Listening, readListening } from './listening.js';
import { type LiveSettings, readLiveSettings } from './live-settings.js';
import { logOptions } from './log-options.js';
import { type NetworkOptions, readNetworkOptions } from './network-options.js';

/** What the daemon runs by: the options, read and checked. */
export interface Settings {
  readonly listening: Listening;
  /** What a reload may change, as it is at the start. */
  readonly live: LiveSettings;
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly pidfile: string;
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
  /** Logs of containers that have no settings of their own. */
  readonly logging: LogConfig;
  /** Ways to registries; '' for none. */
  readonly proxies: { readonly http: string; readonly https: string; readonly no: string };
  /** The storage driver that is asked for, '' for any, and `--storage-opt`. */
  readonly storage: { readonly wanted: string; readonly options: DriverOptions };
  readonly isolation: IsolationOptions;
  /** `--userns-remap`; '' for none. */
  readonly usernsRemap: string;
  /** What it stands for on this machine, found out at the start; `dataRoot` is then the part for these ids. */
  readonly idMaps?: IdMaps;
  /** Where plugins make themselves known. */
  readonly plugins: PluginFolders;
}

/**
 * Reads and checks the options; `given` are those that the user wrote down. @throws InvalidParameter naming the option
 */
export function readSettings(options: Options, given: ReadonlySet<string> = new Set()): Settings {
  const execRoot = absolute('exec-root', options['exec-root']);
  return {
    listening: readListening(options, given),
    live: readLiveSettings(options),
    dataRoot: absolute('data-root', options['data-root']),
    execRoot,
    pidfile:
      options.pidfile === '' ? join(execRoot, 'tsnetd.pid') : absolute('pidfile', options.pidfile),
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
    logging: logOptions(options),
    storage: storageSettings(options),
    proxies: {
      http: options['http-proxy'],
      https: options['https-proxy'],
      no: options['no-proxy'],
    },
    isolation: isolationOptions(options),
    usernsRemap: options['userns-remap'],
    plugins: {
      sockets: absolute('plugin-socket-dir', options['plugin-socket-dir']),
      specs: options['plugin-spec-dir'].map((path) => absolute('plugin-spec-dir', path)),
    },
  };
}

function storageSettings(options: Options): Settings['storage'] {
  const wanted = options['storage-driver'];
  if (wanted !== '') driverNamed(wanted);
  return { wanted, options: readDriverOptions(options['storage-opt']) };
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
