/** Option keys that networks on a parent have in common, as Docker names them (`-o` of `network create`). */
export const parentLabel = {
  parent: 'parent',
  mtu: 'com.docker.network.driver.mtu',
  interfacePrefix: 'com.docker.network.container_iface_prefix',
} as const;
