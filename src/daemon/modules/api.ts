import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { ContainerModule, type ContainerModuleLoadOptions } from 'inversify';
import { ApiServer } from '../../api/server/server.js';
import { apiVersion, minApiVersion } from '../../api/server/version.js';
import { formatCidr } from '../../base/cidr.js';
import { cnmIds, cnmNeeds } from '../../cnm/ids.js';
import { ImageBackend } from '../../engine/images/backend.js';
import { isolationIds } from '../../engine/isolation/ids.js';
import { Networks } from '../../engine/networks/backend.js';
import { Plans } from '../../engine/networks/plans.js';
import { type DaemonFacts, SystemService } from '../../engine/system/backend.js';
import { firewallDriver } from '../firewall-options.js';
import * as id from '../ids.js';
import { product } from '../product.js';

/** Docker's API on top of everything. */
export const apiModule = new ContainerModule(({ bind }) => {
  bindFacts(bind);
  bindBackends(bind);
  bind(id.apiServerId).toResolvedValue(
    (backends, logger) => new ApiServer({ backends, logger, productVersion: product.version }),
    [id.backendsId, id.loggerId],
  );
});

function bindFacts(bind: ContainerModuleLoadOptions['bind']): void {
  bind(id.factsId).toResolvedValue(
    (settings, identity, storage, launcher, drivers, kernel, firewall): DaemonFacts => ({
      ...product,
      apiVersion,
      minApiVersion,
      id: identity.id,
      dataRoot: settings.dataRoot,
      storageDriver: storage.driverName,
      firewallBackend: firewallDriver(settings.firewall),
      cgroupVersion: existsSync('/sys/fs/cgroup/cgroup.controllers') ? '2' : '1',
      runtime: {
        name: launcher.runtime.kind,
        path: launcher.runtime.path,
        version: launcher.runtime.version,
      },
      liveRestore: settings.liveRestore,
      debug: settings.logLevel === 'debug',
      networkDrivers: [...drivers.keys()],
      addressPools: settings.addressPools.map(({ base, size }) => ({
        base: formatCidr(base),
        size,
      })),
      hostname,
      firewallReloadedAt: () => firewall.reloadedAt(),
      forwarding: () => kernel.sysctls('host').read(['net', 'ipv4', 'ip_forward']) === '1',
    }),
    [
      id.settingsId,
      id.identityId,
      id.storageId,
      isolationIds.opened,
      cnmIds.drivers,
      cnmNeeds.kernel,
      id.hostFirewallId,
    ],
  );
}

function bindBackends(bind: ContainerModuleLoadOptions['bind']): void {
  bind(id.backendsId).toResolvedValue(
    (containers, controller, service, facts, events, clock, logger, settings) => ({
      containers,
      networks: new Networks({
        controller,
        attachments: containers,
        clock,
        logger,
        events,
        defaultOptions: settings.networkOptions,
      }),
      plans: new Plans({
        controller,
        containers,
        defaultOptions: settings.networkOptions,
      }),
      images: new ImageBackend({ service }),
      system: new SystemService({
        facts,
        counts: {
          containers: ({ size }) =>
            containers.list({ all: true, limit: 0, size, filters: new Map() }),
          images: async () => service.list(),
        },
        events,
        clock,
      }),
    }),
    [
      id.containersId,
      cnmIds.controller,
      id.imagesId,
      id.factsId,
      id.eventsId,
      id.clockId,
      id.loggerId,
      id.settingsId,
    ],
  );
}
