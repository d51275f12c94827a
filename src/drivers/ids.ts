import type { ServiceIdentifier } from 'inversify';
import type { Driver } from '../cnm/driver.js';

/** Every network driver binds itself to this; whoever wants them all asks for the list (`isMultiple`). */
export const driverId = Symbol.for('drivers/driver') as ServiceIdentifier<Driver>;
