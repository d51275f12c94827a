import { ContainerModule } from 'inversify';
import { driverId } from '../ids.js';
import { noneDriver } from './driver.js';

/** Binds the driver of the network `none`. */
export function noneModule(): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(driverId).toConstantValue(noneDriver);
  });
}
