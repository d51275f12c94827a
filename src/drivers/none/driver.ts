import type { Driver } from '../../cnm/driver.js';

/** The network `none`: its containers have a namespace of their own with nothing but loopback. */
export const noneDriver: Driver = {
  name: 'null',
  creatable: false,
  sandbox: 'isolated',
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
