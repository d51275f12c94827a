import { ContainerModule, type ServiceIdentifier } from 'inversify';
import type { Kernel } from '../../cnm/kernel.js';
import { driverId } from '../ids.js';
import { IpvlanDriver } from './driver.js';

/** Binds the ipvlan driver. `needs` says where the kernel is bound. */
export function ipvlanModule(needs: {
  kernel: ServiceIdentifier<Pick<Kernel, 'links'>>;
}): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(driverId).toResolvedValue(
      (kernel) => new IpvlanDriver({ links: kernel.links('host') }),
      [needs.kernel],
    );
  });
}
