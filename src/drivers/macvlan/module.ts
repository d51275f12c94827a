import { ContainerModule, type ServiceIdentifier } from 'inversify';
import type { Kernel } from '../../cnm/kernel.js';
import { driverId } from '../ids.js';
import { MacvlanDriver } from './driver.js';

/** Binds the macvlan driver. `needs` says where the kernel is bound. */
export function macvlanModule(needs: {
  kernel: ServiceIdentifier<Pick<Kernel, 'links'>>;
}): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(driverId).toResolvedValue(
      (kernel) => new MacvlanDriver({ links: kernel.links('host') }),
      [needs.kernel],
    );
  });
}
