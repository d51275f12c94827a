import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { ContainerModule } from 'inversify';
import { showAddress } from '../../api/server/listen.js';
import { apiVersion, minApiVersion } from '../../api/server/version.js';
import { formatCidr } from '../../base/cidr.js';
import { cnmIds, cnmNeeds } from '../../cnm/ids.js';
import { isolationIds } from '../../engine/isolation/ids.js';
import type { Runtime } from '../../engine/isolation/runtime.js';
import { drivers } from '../../engine/logging/drivers.js';
import { Plugins } from '../../engine/plugins/plugins.js';
import type { DaemonFacts } from '../../engine/system/facts.js';
import { volumePlugin } from '../../engine/volumes/plugin-driver.js';
import { firewallDriver } from '../firewall-options.js';
import * as id from '../ids.js';
import { product } from '../product.js';
import type { Settings } from '../settings.js';

/** What `info` and `version` tell. */
export const systemModule = new ContainerModule(({ bind }) => {
  bind(id.pluginsId).toResolvedValue(
    ({ plugins }, logger) => new Plugins({ folders: plugins, logger }),
    [id.settingsId, id.loggerId],
  );
  bind(id.factsId).toResolvedValue(
    (
      settings,
      live,
      identity,
      storage,
      { runtimes },
      drivers,
      kernel,
      firewall,
      plugins,
    ): DaemonFacts => ({
      ...product,
      ...fixedFacts(settings),
      id: identity.id,
      storageDriver: storage.driverName,
      get runtime() {
        return runtimeFacts(runtimes.preferred);
      },
      networkDrivers: [...drivers.keys()],
      live: () => live.current,
      volumePlugins: () => plugins.names(volumePlugin),
      remapsUsers: settings.idMaps !== undefined,
      firewallReloadedAt: () => firewall.reloadedAt(),
      forwarding: () => kernel.sysctls('host').read(['net', 'ipv4', 'ip_forward']) === '1',
      storageStatus: async () => storage.driverStatus,
      runtimes: () => ({
        byName: runtimes.listed(),
        default: runtimes.preferred.name,
      }),
    }),
    [
      id.settingsId,
      id.liveId,
      id.identityId,
      id.storageId,
      isolationIds.opened,
      cnmIds.drivers,
      cnmNeeds.kernel,
      id.hostFirewallId,
      id.pluginsId,
    ],
  );
});

/** Runtimes call their version `crun version 1.8.1`; clients show the name beside it. */
function runtimeFacts({ name, path, version }: Runtime): DaemonFacts['runtime'] {
  return { name, path, version: version.replace(/^\S+ version /, '') };
}

type FixedFacts = Pick<
  DaemonFacts,
  | 'apiVersion'
  | 'minApiVersion'
  | 'dataRoot'
  | 'firewallBackend'
  | 'cgroupVersion'
  | 'addressPools'
  | 'openAddresses'
  | 'proxies'
  | 'noRawTable'
  | 'hostname'
  | 'seccompProfile'
  | 'noNewPrivileges'
  | 'logDrivers'
  | 'loggingDriver'
  | 'initBinary'
>;

function fixedFacts(settings: Settings): FixedFacts {
  const { tls, addresses } = settings.listening;
  return {
    apiVersion,
    minApiVersion,
    dataRoot: settings.dataRoot,
    firewallBackend: firewallDriver(settings.firewall),
    cgroupVersion: existsSync('/sys/fs/cgroup/cgroup.controllers') ? '2' : '1',
    addressPools: settings.addressPools.map(({ base, size }) => ({ base: formatCidr(base), size })),
    openAddresses: addresses
      .filter(({ type }) => type === 'tcp' && !tls?.clientCa)
      .map((address) => ({ address: showAddress(address), tls: tls !== undefined })),
    proxies: settings.proxies,
    noRawTable: settings.rawTable === false,
    hostname,
    seccompProfile: settings.isolation.seccompProfile,
    noNewPrivileges: settings.isolation.defaults.noNewPrivileges,
    // As in Docker without the one that keeps nothing.
    logDrivers: () => [...drivers.keys()].filter((name) => name !== 'none').sort(),
    loggingDriver: () => settings.logging.Type,
    initBinary: () => programOf(['docker-init', 'tini-static', 'tini', 'catatonit']),
  };
}

/** Where distributions put programs that are for other programs. */
const programFolders = [
  '/usr/libexec/docker',
  '/usr/bin',
  '/usr/local/bin',
  '/bin',
  '/usr/sbin',
].join(delimiter);

function programOf(names: readonly string[]): string {
  const folders = programFolders.split(delimiter);
  return names.find((name) => folders.some((folder) => existsSync(join(folder, name)))) ?? '';
}
