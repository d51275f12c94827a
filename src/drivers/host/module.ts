import { ContainerModule } from 'inversify';
import { driverId } from '../ids.js';
import { hostDriver } from './driver.js';

/** Binds the host driver. */
export function hostModule(): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(driverId).toConstantValue(hostDriver);
  });
}
