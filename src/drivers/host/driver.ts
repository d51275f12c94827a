import type { Driver } from '../../cnm/driver.js';
import { driverWithoutInterfaces } from '../without-interfaces.js';

/** The network `host`: its containers run in the daemon's own namespace. */
export const hostDriver: Driver = driverWithoutInterfaces({ name: 'host', sandbox: 'host' });
