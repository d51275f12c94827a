import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { remappedRoot } from '../../base/id-mapping.js';
import type { Family } from '../../base/ip.js';
import type { Logger } from '../../base/logger.js';
import type { ServedSandbox } from '../../cnm/controller/embedded-names.js';
import { type DefaultBridge, predefinedNetworks } from '../../cnm/controller/predefined.js';
import type {
  HostState,
  NetworkState,
  Records,
  SandboxState,
} from '../../cnm/controller/records.js';
import { socketsFromDescriptors } from '../../cnm/dns/upstream-sockets.js';
import { cnmNeeds } from '../../cnm/ids.js';
import type { Avoided } from '../../cnm/ipam/ipam.js';
import { poolsOf, ulaPool } from '../../cnm/ipam/pools.js';
import type { Kernel } from '../../cnm/kernel.js';
import type { NetworkRecord } from '../../cnm/model.js';
import { cnmModule } from '../../cnm/module.js';
import { bridgeModule } from '../../drivers/bridge/module.js';
import { hostModule } from '../../drivers/host/module.js';
import { driverId } from '../../drivers/ids.js';
import { ipvlanModule } from '../../drivers/ipvlan/module.js';
import { macvlanModule } from '../../drivers/macvlan/module.js';
import { noneModule } from '../../drivers/none/module.js';
import type { Namespaces } from '../../native/netns.js';
import { UserNamespaces } from '../../native/userns.js';
import { addressesOn } from '../default-bridge/observe.js';
import { defaultBridge } from '../default-bridge/request.js';
import { fromNetwork } from '../event-sources.js';
import * as id from '../ids.js';
import { dnsSockets, upstreamDescriptors } from '../kernel/dns-sockets.js';
import { pinnedNamespaces } from '../kernel/pinned-namespaces.js';
import { UsedSubnets } from '../kernel/used-subnets.js';
import { durableRecords, recordFolder, volatileRecords } from '../records.js';
import type { Settings } from '../settings.js';
import { namespacePrograms } from '../userns/programs.js';

const families: readonly Family[] = [4, 6];
const resolvConfPath = '/etc/resolv.conf';

/** The network model and every network driver. A new driver is added here; `docker info` shows them in this order. */
export const networkModules = [
  cnmModule({ ids: id.idsId, clock: id.clockId, logger: id.loggerId, driver: driverId }),
  bridgeModule({
    ids: id.idsId,
    kernel: cnmNeeds.kernel,
    forwarding: id.forwardingId,
    untranslated: id.untranslatedId,
  }),
  hostModule(),
  ipvlanModule({ kernel: cnmNeeds.kernel }),
  macvlanModule({ kernel: cnmNeeds.kernel }),
  noneModule(),
];

/** What the network model needs besides the kernel: records, sockets and settings. */
export const networkNeedsModule = new ContainerModule(({ bind }) => {
  bind(id.forwardingId).toResolvedValue(
    ({ forwarding, forwardForOthers }) => ({ enable: forwarding, forOthers: forwardForOthers }),
    [id.settingsId],
  );
  bind(id.untranslatedId).toResolvedValue(
    ({ firewall }) => families.filter((family) => !firewall.families.includes(family)),
    [id.settingsId],
  );
  bind(cnmNeeds.namespaces).toResolvedValue(pinnedFor, [id.namespacesId, id.settingsId]);
  bind(cnmNeeds.dnsSockets).toResolvedValue(dnsSockets, [id.namespacesId]);
  bind(cnmNeeds.upstreamSockets).toResolvedValue(
    (namespaces) => {
      // The forwarder hands back the sandbox that the server was given, which knows its namespace.
      const netnsPathOf = (place: object) => (place as ServedSandbox).netnsPath;
      return socketsFromDescriptors(upstreamDescriptors(namespaces, netnsPathOf));
    },
    [id.namespacesId],
  );
  bind(cnmNeeds.networkRecords).toResolvedValue(
    ({ dataRoot }, logger) =>
      durableRecords<NetworkRecord>(
        recordFolder(dataRoot, 'networks'),
        (record) => typeof record.driver === 'string',
        logger,
      ),
    [id.settingsId, id.loggerId],
  );
  bind(cnmNeeds.networkStates).toResolvedValue(
    ({ execRoot }, logger) =>
      volatileRecords<NetworkState>(recordFolder(execRoot, 'networks'), hasPlan, logger),
    [id.settingsId, id.loggerId],
  );
  bind(cnmNeeds.sandboxStates).toResolvedValue(
    ({ execRoot }, logger) =>
      volatileRecords<SandboxState>(recordFolder(execRoot, 'sandboxes'), hasPlan, logger),
    [id.settingsId, id.loggerId],
  );
  bind(cnmNeeds.hostStates).toResolvedValue(
    ({ execRoot }, logger) =>
      volatileRecords<HostState>(recordFolder(execRoot, 'host'), hasPlan, logger),
    [id.settingsId, id.loggerId],
  );
  bind(cnmNeeds.emit).toResolvedValue(
    (events) => (event) => events.emit(fromNetwork(event)),
    [id.eventsId],
  );
  bind(cnmNeeds.settings).toResolvedValue(
    (settings, identity, kernel, records, logger) => ({
      netnsFolder: netnsFolder(settings.execRoot),
      predefined: predefinedNetworks(bridgeOf(settings.bridge, { kernel, records, logger })),
      hostGateways: settings.hostGateways,
      pools: poolsOf(settings.addressPools, ulaPool(identity.globalId)),
      avoid: usedSubnets(kernel),
      filesOwner: remappedRoot(settings.idMaps),
      resolvConf: { path: resolvConfPath, behindStub: '/run/systemd/resolve/resolv.conf' },
      hostsPath: '/etc/hosts',
    }),
    [id.settingsId, id.identityId, cnmNeeds.kernel, cnmNeeds.networkRecords, id.loggerId],
  );
});

/** The default bridge by the options, by its record, and by the device that stands there. */
function bridgeOf(
  options: Settings['bridge'],
  host: { kernel: Kernel; records: Records<NetworkRecord>; logger: Logger },
): DefaultBridge | 'none' {
  if (options === 'none') return options;
  const recorded = host.records
    .values()
    .find(({ name, predefined }) => predefined && name === 'bridge');
  const addresses = addressesOn(host.kernel.links('host'), options.device);
  return defaultBridge(options, { addresses, recorded, logger: host.logger });
}

function pinnedFor(namespaces: Namespaces, { execRoot, idMaps }: Settings) {
  const folders = { network: netnsFolder(execRoot), users: join(execRoot, 'userns') };
  const remapped = idMaps && new UserNamespaces(namespacePrograms(), idMaps);
  return pinnedNamespaces(namespaces, folders, remapped);
}

function netnsFolder(execRoot: string): string {
  return join(execRoot, 'netns');
}

function usedSubnets(kernel: Kernel): (family: 4 | 6) => readonly Avoided[] {
  const links = kernel.links('host');
  const used = new UsedSubnets({ links, resolvConf: hostResolvConf });
  return (family) => used.read(family);
}

function hasPlan({ plan }: { readonly plan: unknown }): boolean {
  return Array.isArray(plan);
}

/** A host without the file has no name servers. */
function hostResolvConf(): string {
  return existsSync(resolvConfPath) ? readFileSync(resolvConfPath, 'utf8') : '';
}
