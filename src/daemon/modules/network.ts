import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { Controller } from '../../cnm/controller/controller.js';
import { EmbeddedNames, type ServedSandbox } from '../../cnm/controller/embedded-names.js';
import { predefinedNetworks } from '../../cnm/controller/predefined.js';
import type { NetworkState, SandboxState } from '../../cnm/controller/records.js';
import { SandboxFiles } from '../../cnm/controller/sandbox-files.js';
import { SandboxResolvConf } from '../../cnm/controller/sandbox-resolvconf.js';
import { Forwarder } from '../../cnm/dns/forward.js';
import { NameRegistry } from '../../cnm/dns/names.js';
import { Resolver } from '../../cnm/dns/resolver.js';
import { DnsServer } from '../../cnm/dns/server.js';
import { socketsFromDescriptors } from '../../cnm/dns/upstream-sockets.js';
import type { Driver } from '../../cnm/driver.js';
import { Ipam } from '../../cnm/ipam/ipam.js';
import { ulaPool } from '../../cnm/ipam/pools.js';
import type { NetworkRecord } from '../../cnm/model.js';
import { bridgeModule } from '../../drivers/bridge/module.js';
import { hostModule } from '../../drivers/host/module.js';
import { driverId } from '../../drivers/ids.js';
import { noneModule } from '../../drivers/none/module.js';
import type { Namespaces } from '../../native/netns.js';
import { fromNetwork } from '../event-sources.js';
import * as id from '../ids.js';
import { dnsSockets, upstreamDescriptors } from '../kernel/dns-sockets.js';
import { pinnedNamespaces } from '../kernel/pinned-namespaces.js';
import { usedSubnets } from '../kernel/used-subnets.js';
import { durableRecords, recordFolder, volatileRecords } from '../records.js';

const resolvConf = new SandboxResolvConf({
  path: '/etc/resolv.conf',
  behindStub: '/run/systemd/resolve/resolv.conf',
});

/** Every network driver. A new one is added here. */
export const driverModules = [
  bridgeModule({ ids: id.idsId, kernel: id.kernelId }),
  hostModule(),
  noneModule(),
];

/** Addresses, names and records: what the network model rests on. */
export const networkPartsModule = new ContainerModule(({ bind }) => {
  bind(id.driversId).toResolvedValue(
    (drivers: Driver[]) => new Map(drivers.map((driver) => [driver.name, driver])),
    [{ serviceIdentifier: driverId, isMultiple: true }],
  );
  bind(id.ipamId).toResolvedValue(
    (settings, identity, kernel) =>
      new Ipam({
        pools: [...settings.addressPools, ulaPool(identity.globalId)],
        avoid: () => usedSubnets(kernel.links('host'), hostResolvConf()),
      }),
    [id.settingsId, id.identityId, id.kernelId],
  );
  bind(id.namesId).toResolvedValue(
    (namespaces, ids, logger) => embeddedNames({ namespaces, ids, logger }),
    [id.namespacesId, id.idsId, id.loggerId],
  );
  bind(id.networkRecordsId).toResolvedValue(
    ({ dataRoot, execRoot }, logger) => ({
      networkRecords: durableRecords<NetworkRecord>(
        recordFolder(dataRoot, 'networks'),
        (record) => typeof record.driver === 'string',
        logger,
      ),
      networkStates: volatileRecords<NetworkState>(
        recordFolder(execRoot, 'networks'),
        (record) => Array.isArray(record.plan),
        logger,
      ),
      sandboxStates: volatileRecords<SandboxState>(
        recordFolder(execRoot, 'sandboxes'),
        (record) => Array.isArray(record.plan),
        logger,
      ),
    }),
    [id.settingsId, id.loggerId],
  );
});

/** The network model. */
export const networkModule = new ContainerModule(({ bind }) => {
  bind(id.networkBaseId).toResolvedValue(
    (ids, clock, logger, ports, namespaces, events) => ({
      ids,
      clock,
      logger,
      ports,
      namespaces,
      events,
    }),
    [id.idsId, id.clockId, id.loggerId, id.portsId, id.namespacesId, id.eventsId],
  );
  bind(id.controllerId).toResolvedValue(
    (settings, base, kernel, ipam, names, records, drivers) => {
      const netnsFolder = join(settings.execRoot, 'netns');
      return new Controller({
        ...base,
        ...records,
        drivers,
        kernel,
        namespaces: pinnedNamespaces(base.namespaces, netnsFolder),
        ipam,
        names,
        files: new SandboxFiles({ resolvConf, hostsPath: '/etc/hosts' }),
        emit: (event) => base.events.emit(fromNetwork(event)),
        settings: { netnsFolder, predefined: predefinedNetworks(settings.bridge) },
      });
    },
    [
      id.settingsId,
      id.networkBaseId,
      id.kernelId,
      id.ipamId,
      id.namesId,
      id.networkRecordsId,
      id.driversId,
    ],
  );
});

/** A host without the file has no name servers. */
function hostResolvConf(): string {
  return existsSync('/etc/resolv.conf') ? readFileSync('/etc/resolv.conf', 'utf8') : '';
}

function embeddedNames(parts: {
  namespaces: Namespaces;
  ids: ConstructorParameters<typeof Resolver>[0]['ids'];
  logger: ConstructorParameters<typeof DnsServer>[0]['logger'];
}): EmbeddedNames {
  const { namespaces, ids, logger } = parts;
  const registry = new NameRegistry();
  // The forwarder hands back the sandbox that the server was given, which knows its namespace.
  const descriptors = upstreamDescriptors(
    namespaces,
    (place) => (place as ServedSandbox).netnsPath,
  );
  const forwarder = new Forwarder({ sockets: socketsFromDescriptors(descriptors), ids, logger });
  const resolver = new Resolver({ names: registry, forwarder, ids });
  const server = new DnsServer({ resolver, logger });
  return new EmbeddedNames({ registry, server, sockets: dnsSockets(namespaces), resolvConf });
}
