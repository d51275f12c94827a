/*
 * Option keys of bridge networks, as Docker names them (`-o` of `network create`). What each means and defaults
 * to is said in `config.ts`; the keys of endpoints are in `cnm/endpoint-options.ts`.
 */

/** Every key that only the bridge driver has starts so; an unknown one is refused. */
export const BRIDGE_PREFIX = 'com.docker.network.bridge.';

/** Options of a network. */
export const networkLabel = {
  bridgeName: 'com.docker.network.bridge.name',
  masquerade: 'com.docker.network.bridge.enable_ip_masquerade',
  gatewayMode4: 'com.docker.network.bridge.gateway_mode_ipv4',
  gatewayMode6: 'com.docker.network.bridge.gateway_mode_ipv6',
  icc: 'com.docker.network.bridge.enable_icc',
  inhibitIPv4: 'com.docker.network.bridge.inhibit_ipv4',
  hostBinding: 'com.docker.network.bridge.host_binding_ipv4',
  defaultBridge: 'com.docker.network.bridge.default_bridge',
  trustedHostInterfaces: 'com.docker.network.bridge.trusted_host_interfaces',
  mtu: 'com.docker.network.driver.mtu',
  interfacePrefix: 'com.docker.network.container_iface_prefix',
  snat4: 'com.docker.network.host_ipv4',
  snat6: 'com.docker.network.host_ipv6',
} as const;
