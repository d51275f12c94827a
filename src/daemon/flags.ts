/** dockerd's flags and `daemon.json` keys that tsnetd takes: one table for parsing, help and the file. */

/** How a value is written. A list may be given several times as a flag, and is an array in the file. */
export type FlagType = 'boolean' | 'string' | 'number' | 'list';

export interface Flag {
  /** Long name, without dashes. */
  readonly flag: string;
  readonly short?: string;
  /** Key in `daemon.json`; absent: flag only. */
  readonly key?: string;
  readonly type: FlagType;
  readonly default: boolean | string | number | readonly string[];
  readonly help: string;
}

/** Every flag, in the order of the help. */
export const flags = [
  {
    flag: 'allow-direct-routing',
    key: 'allow-direct-routing',
    type: 'boolean',
    default: false,
    help: 'Allow remote access to published ports on container IP addresses',
  },
  {
    flag: 'bridge',
    short: 'b',
    key: 'bridge',
    type: 'string',
    default: '',
    help: 'Attach containers to a network bridge, "none" for no default network',
  },
  {
    flag: 'bip',
    key: 'bip',
    type: 'string',
    default: '',
    help: 'IPv4 address for the default bridge',
  },
  {
    flag: 'bip6',
    key: 'bip6',
    type: 'string',
    default: '',
    help: 'IPv6 address for the default bridge',
  },
  {
    flag: 'bridge-accept-fwmark',
    key: 'bridge-accept-fwmark',
    type: 'string',
    default: '',
    help: 'In bridge networks, accept packets with this firewall mark/mask',
  },
  {
    flag: 'config-file',
    type: 'string',
    default: '/etc/tsnet/daemon.json',
    help: 'Daemon configuration file',
  },
  {
    flag: 'data-root',
    key: 'data-root',
    type: 'string',
    default: '/var/lib/tsnet',
    help: 'Root directory of persistent state',
  },
  {
    flag: 'debug',
    short: 'D',
    key: 'debug',
    type: 'boolean',
    default: false,
    help: 'Enable debug mode',
  },
  {
    flag: 'default-address-pool',
    key: 'default-address-pools',
    type: 'list',
    default: [],
    help: 'Default address pools for node specific local networks (base=CIDR,size=N)',
  },
  {
    flag: 'default-network-opt',
    key: 'default-network-opts',
    type: 'list',
    default: [],
    help: 'Default network options (driver=option=value)',
  },
  {
    flag: 'default-gateway',
    key: 'default-gateway',
    type: 'string',
    default: '',
    help: 'Default gateway IPv4 address for the default bridge network',
  },
  {
    flag: 'default-gateway-v6',
    key: 'default-gateway-v6',
    type: 'string',
    default: '',
    help: 'Default gateway IPv6 address for the default bridge network',
  },
  { flag: 'dns', key: 'dns', type: 'list', default: [], help: 'DNS server to use' },
  { flag: 'dns-opt', key: 'dns-opts', type: 'list', default: [], help: 'DNS options to use' },
  {
    flag: 'dns-search',
    key: 'dns-search',
    type: 'list',
    default: [],
    help: 'DNS search domains to use',
  },
  {
    flag: 'exec-root',
    key: 'exec-root',
    type: 'string',
    default: '/run/tsnet',
    help: 'Root directory for execution state files',
  },
  {
    flag: 'firewall-backend',
    key: 'firewall-backend',
    type: 'string',
    default: 'nftables',
    help: 'Firewall backend to use, iptables or nftables',
  },
  {
    flag: 'fixed-cidr',
    key: 'fixed-cidr',
    type: 'string',
    default: '',
    help: 'IPv4 subnet for the default bridge network',
  },
  {
    flag: 'fixed-cidr-v6',
    key: 'fixed-cidr-v6',
    type: 'string',
    default: '',
    help: 'IPv6 subnet for the default bridge network',
  },
  {
    flag: 'host',
    short: 'H',
    key: 'hosts',
    type: 'list',
    default: [],
    help: 'Daemon socket(s) to connect to',
  },
  {
    flag: 'host-gateway-ip',
    key: 'host-gateway-ips',
    type: 'list',
    default: [],
    help: 'IP addresses that "host-gateway" resolves to in --add-host (default: those of the default bridge)',
  },
  {
    flag: 'icc',
    key: 'icc',
    type: 'boolean',
    default: true,
    help: 'Enable inter-container communication for the default bridge network',
  },
  {
    flag: 'ip',
    key: 'ip',
    type: 'string',
    default: '',
    help: 'Host IP for port publishing from the default bridge network',
  },
  {
    flag: 'ip-forward',
    key: 'ip-forward',
    type: 'boolean',
    default: true,
    help: 'Enable IP forwarding in system configuration',
  },
  {
    flag: 'ip-forward-no-drop',
    key: 'ip-forward-no-drop',
    type: 'boolean',
    default: false,
    help: 'Do not drop what is forwarded for others when enabling IP forwarding',
  },
  {
    flag: 'ip-masq',
    key: 'ip-masq',
    type: 'boolean',
    default: true,
    help: 'Enable IP masquerading for the default bridge network',
  },
  {
    flag: 'ipv6',
    key: 'ipv6',
    type: 'boolean',
    default: false,
    help: 'Enable IPv6 networking for the default bridge network',
  },
  {
    flag: 'ip6tables',
    key: 'ip6tables',
    type: 'boolean',
    default: true,
    help: 'Enable addition of firewall rules for IPv6',
  },
  {
    flag: 'iptables',
    key: 'iptables',
    type: 'boolean',
    default: true,
    help: 'Enable addition of firewall rules',
  },
  {
    flag: 'live-restore',
    key: 'live-restore',
    type: 'boolean',
    default: false,
    help: 'Leave containers running when the daemon is stopped',
  },
  {
    flag: 'log-level',
    short: 'l',
    key: 'log-level',
    type: 'string',
    default: 'info',
    help: 'Set the logging level ("debug"|"info"|"warn"|"error")',
  },
  {
    flag: 'mtu',
    key: 'mtu',
    type: 'number',
    default: 0,
    help: 'Set the MTU for the default "bridge" network',
  },
  {
    flag: 'pidfile',
    short: 'p',
    key: 'pidfile',
    type: 'string',
    default: '',
    help: 'Path to use for daemon PID file (default in the exec root)',
  },
  {
    flag: 'runtime',
    key: 'default-runtime',
    type: 'string',
    default: '',
    help: 'OCI runtime to use, crun or runc (default crun where it works)',
  },
  {
    flag: 'userland-proxy',
    key: 'userland-proxy',
    type: 'boolean',
    default: true,
    help: 'Use userland proxy for loopback traffic',
  },
  {
    flag: 'validate',
    type: 'boolean',
    default: false,
    help: 'Validate daemon configuration and exit',
  },
] as const satisfies readonly Flag[];

type Row = (typeof flags)[number];
type ValueOf<T extends FlagType> = T extends 'boolean'
  ? boolean
  : T extends 'number'
    ? number
    : T extends 'list'
      ? readonly string[]
      : string;

/** The settings, by flag name. */
export type Options = { readonly [R in Row as R['flag']]: ValueOf<R['type']> };
