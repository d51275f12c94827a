import {
  ContainerModule,
  type ContainerModuleLoadOptions,
  type ServiceIdentifier,
} from 'inversify';
import type { Clock } from '../base/clock.js';
import type { Ids } from '../base/ids.js';
import type { Logger } from '../base/logger.js';
import { Controller } from './controller/controller.js';
import { EmbeddedNames } from './controller/embedded-names.js';
import { SandboxFiles } from './controller/sandbox-files.js';
import { SandboxResolvConf } from './controller/sandbox-resolvconf.js';
import { Forwarder } from './dns/forward.js';
import { NameRegistry } from './dns/names.js';
import { Resolver } from './dns/resolver.js';
import { DnsServer } from './dns/server.js';
import type { Driver } from './driver.js';
import { cnmIds, cnmNeeds } from './ids.js';
import { Ipam } from './ipam/ipam.js';

/** Where what every layer shares is bound, and the drivers. */
interface Shared {
  readonly ids: ServiceIdentifier<Ids>;
  readonly clock: ServiceIdentifier<Clock>;
  readonly logger: ServiceIdentifier<Logger>;
  /** Bound once for each driver. */
  readonly driver: ServiceIdentifier<Driver>;
}

/** Binds the network model to `cnmIds`; the daemon binds `cnmNeeds`. */
export function cnmModule(shared: Shared): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(cnmIds.ipam).toResolvedValue(
      ({ pools, avoid }) => new Ipam({ pools, avoid }),
      [cnmNeeds.settings],
    );
    bindNames(bind, shared);
    bindCollections(bind, shared);
    bindController(bind, shared);
  });
}

type Bind = ContainerModuleLoadOptions['bind'];

/** Names and files. */
function bindNames(bind: Bind, shared: Shared): void {
  bind(cnmIds.nameRegistry).toResolvedValue(() => new NameRegistry(), []);
  bind(cnmIds.dnsServer).toResolvedValue(
    (names, sockets, ids, logger) => {
      const forwarder = new Forwarder({ sockets, ids, logger });
      return new DnsServer({ resolver: new Resolver({ names, forwarder, ids }), logger });
    },
    [cnmIds.nameRegistry, cnmNeeds.upstreamSockets, shared.ids, shared.logger],
  );
  bind(cnmIds.resolvConf).toResolvedValue(
    ({ resolvConf }) => new SandboxResolvConf(resolvConf),
    [cnmNeeds.settings],
  );
  bind(cnmIds.names).toResolvedValue(
    (registry, server, sockets, resolvConf) =>
      new EmbeddedNames({ registry, server, sockets, resolvConf }),
    [cnmIds.nameRegistry, cnmIds.dnsServer, cnmNeeds.dnsSockets, cnmIds.resolvConf],
  );
  bind(cnmIds.files).toResolvedValue(
    (resolvConf, { hostsPath, filesOwner: owner }) =>
      new SandboxFiles({ resolvConf, hostsPath, owner }),
    [cnmIds.resolvConf, cnmNeeds.settings],
  );
}

/** What the controller is given as one. */
function bindCollections(bind: Bind, shared: Shared): void {
  bind(cnmIds.drivers).toResolvedValue(
    (drivers: Driver[]) => new Map(drivers.map((driver) => [driver.name, driver])),
    [{ serviceIdentifier: shared.driver, isMultiple: true }],
  );
  bind(cnmIds.stores).toResolvedValue(
    (networkRecords, networkStates, sandboxStates, hostStates) => ({
      networkRecords,
      networkStates,
      sandboxStates,
      hostStates,
    }),
    [cnmNeeds.networkRecords, cnmNeeds.networkStates, cnmNeeds.sandboxStates, cnmNeeds.hostStates],
  );
}

function bindController(bind: Bind, shared: Shared): void {
  bind(cnmIds.controller).toResolvedValue(
    (
      drivers,
      stores,
      kernel,
      namespaces,
      ipam,
      ports,
      names,
      files,
      ids,
      clock,
      logger,
      emit,
      settings,
    ) =>
      new Controller({
        ...stores,
        drivers,
        kernel,
        namespaces,
        ipam,
        ports,
        names,
        files,
        ids,
        clock,
        logger,
        emit,
        settings,
      }),
    [
      cnmIds.drivers,
      cnmIds.stores,
      cnmNeeds.kernel,
      cnmNeeds.namespaces,
      cnmIds.ipam,
      cnmNeeds.ports,
      cnmIds.names,
      cnmIds.files,
      shared.ids,
      shared.clock,
      shared.logger,
      cnmNeeds.emit,
      cnmNeeds.settings,
    ],
  );
}
