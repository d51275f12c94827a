import type { Driver } from '../cnm/driver.js';

/** A driver whose single network has no interfaces of its own, so that there is nothing to do. */
export function driverWithoutInterfaces(is: Pick<Driver, 'name' | 'sandbox'>): Driver {
  return {
    ...is,
    creatable: false,
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
}
