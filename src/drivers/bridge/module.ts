import { ContainerModule, type ServiceIdentifier } from 'inversify';
import type { Ids } from '../../base/ids.js';
import type { Family } from '../../base/ip.js';
import type { Kernel } from '../../cnm/kernel.js';
import { driverId } from '../ids.js';
import { BridgeDriver } from './driver.js';
import type { ForwardingSettings } from './forwarding.js';

/** Binds the bridge driver. `needs` says where its collaborators are bound. */
export function bridgeModule(needs: {
  ids: ServiceIdentifier<Ids>;
  kernel: ServiceIdentifier<Pick<Kernel, 'sysctls'>>;
  forwarding: ServiceIdentifier<ForwardingSettings>;
  /** Families whose published ports no rules of ours translate. */
  untranslated: ServiceIdentifier<readonly Family[]>;
}): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(driverId).toResolvedValue(
      (ids, kernel, forwarding, untranslated) =>
        new BridgeDriver({ ids, sysctls: kernel.sysctls('host'), forwarding, untranslated }),
      [needs.ids, needs.kernel, needs.forwarding, needs.untranslated],
    );
  });
}
