import { ContainerModule, type ServiceIdentifier } from 'inversify';
import type { Ids } from '../../base/ids.js';
import type { Kernel } from '../../cnm/kernel.js';
import { driverId } from '../ids.js';
import { BridgeDriver } from './driver.js';

/** Binds the bridge driver. `needs` says where its collaborators are bound. */
export function bridgeModule(needs: {
  ids: ServiceIdentifier<Ids>;
  kernel: ServiceIdentifier<Pick<Kernel, 'sysctls'>>;
}): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(driverId).toResolvedValue(
      (ids, kernel) => new BridgeDriver({ ids, sysctls: kernel.sysctls('host') }),
      [needs.ids, needs.kernel],
    );
  });
}
