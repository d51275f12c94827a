import type { Driver } from '../../cnm/driver.js';

/** The network `host`: its containers run in the daemon's own namespace, so there is nothing to do. */
export const hostDriver: Driver = {
  name: 'host',
  creatable: false,
  sandbox: 'host',
  usesIpam: false,
  publishesPorts: false,
  resolvesNames: () => false,
  hasGateway: () => false,
  validateNetwork() {},
  planNetwork: () => [],
  validateEndpoint() {},
  nameInterface: () => ({ name: '' }),
  planEndpoint: () => [],
  planGateway: () => [],
  planPorts: () => [],
};
