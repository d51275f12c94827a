import type { NetworkRequest } from '../model.js';

const common = {
  internal: false,
  attachable: false,
  labels: {},
} as const;

/** What the daemon's configuration may say about the default bridge. */
export interface DefaultBridge {
  /** Device; default `docker0`. */
  readonly device?: string;
  /** `--icc`, `--ip-masq`: default true. */
  readonly enableIcc?: boolean;
  readonly enableIpMasquerade?: boolean;
  /** `--ip`: where ports are published without an address of their own; default `0.0.0.0`. */
  readonly hostBindingIpv4?: string;
  /** `--mtu`: default 1500. */
  readonly mtu?: number;
  /** `--ipv6`. */
  readonly enableIPv6?: boolean;
  /** `--bip`, `--fixed-cidr`, `--default-gateway` and their IPv6 likes. */
  readonly ipam?: NetworkRequest['ipam']['config'];
}

/** The networks that are always there. `--bridge none` leaves out the first. */
export function predefinedNetworks(bridge: DefaultBridge | 'none' = {}): NetworkRequest[] {
  return [
    ...(bridge === 'none' ? [] : [defaultBridge(bridge)]),
    single('host', 'host'),
    single('none', 'null'),
  ];
}

/** Its options, in the words of `docker network inspect bridge`. */
function defaultBridge(bridge: DefaultBridge): NetworkRequest {
  return {
    ...common,
    name: 'bridge',
    driver: 'bridge',
    enableIPv4: true,
    enableIPv6: bridge.enableIPv6 ?? false,
    options: {
      'com.docker.network.bridge.default_bridge': 'true',
      'com.docker.network.bridge.enable_icc': String(bridge.enableIcc ?? true),
      'com.docker.network.bridge.enable_ip_masquerade': String(bridge.enableIpMasquerade ?? true),
      'com.docker.network.bridge.host_binding_ipv4': bridge.hostBindingIpv4 ?? '0.0.0.0',
      'com.docker.network.bridge.name': bridge.device ?? 'docker0',
      'com.docker.network.driver.mtu': String(bridge.mtu ?? 1500),
    },
    ipam: { driver: 'default', options: {}, config: bridge.ipam ?? [] },
  };
}

function single(name: string, driver: string): NetworkRequest {
  return {
    ...common,
    name,
    driver,
    enableIPv4: true,
    enableIPv6: false,
    options: {},
    ipam: { driver: 'default', options: {}, config: [] },
  };
}
