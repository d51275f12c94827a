import type { Driver } from '../../cnm/driver.js';
import { driverWithoutInterfaces } from '../without-interfaces.js';

/** The network `none`: its containers have a namespace of their own with nothing but loopback. */
export const noneDriver: Driver = driverWithoutInterfaces({ name: 'null', sandbox: 'isolated' });
