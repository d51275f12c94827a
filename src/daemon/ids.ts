/** What the daemon is put together from, by typed names. */
import type { ServiceIdentifier } from 'inversify';
import type { Backends } from '../api/server/backend.js';
import type { ApiServer } from '../api/server/server.js';
import type { Clock } from '../base/clock.js';
import type { Ids } from '../base/ids.js';
import type { Family } from '../base/ip.js';
import type { Logger } from '../base/logger.js';
import type { Lifetime } from '../base/rollback.js';
import type { PortProxy } from '../cnm/kernel.js';
import type { ForwardingSettings } from '../drivers/bridge/forwarding.js';
import type { Containers } from '../engine/containers/backend.js';
import type { ContainersContext } from '../engine/containers/context.js';
import type { ContainerRegistry } from '../engine/containers/registry.js';
import type { EventBus } from '../engine/events.js';
import type { ImageService } from '../engine/images/service.js';
import type { ImageStore } from '../engine/images/store.js';
import type { Plugins } from '../engine/plugins/plugins.js';
import type { Extractor } from '../engine/storage/extract/extract.js';
import type { Storage } from '../engine/storage/storage.js';
import type { DaemonFacts } from '../engine/system/facts.js';
import type { Volumes } from '../engine/volumes/backend.js';
import type { VolumesContext } from '../engine/volumes/context.js';
import type { Children } from '../native/children.js';
import type { Namespaces } from '../native/netns.js';
import type { Identity } from './identity.js';
import type { HostFirewall } from './kernel/host-firewall.js';
import type { HostSocketStore } from './kernel/host-socket-store.js';
import type { LiveState } from './live-settings.js';
import type { Settings } from './settings.js';

const id = <T>(name: string) => Symbol.for(`daemon/${name}`) as ServiceIdentifier<T>;

export const settingsId = id<Settings>('settings');
/** Settings that a reload may change. */
export const liveId = id<LiveState>('live');
export const identityId = id<Identity>('identity');
export const loggerId = id<Logger>('logger');
export const hostFirewallId = id<HostFirewall>('host-firewall');
export const forwardingId = id<ForwardingSettings>('forwarding');
/** Families whose published ports no rules of ours translate. */
export const untranslatedId = id<readonly Family[]>('untranslated');
export const lifetimeId = id<Lifetime>('lifetime');
export const clockId = id<Clock>('clock');
export const idsId = id<Ids>('ids');
export const childrenId = id<Children>('children');
export const namespacesId = id<Namespaces>('namespaces');
export const hostSocketsId = id<HostSocketStore>('host-sockets');
export const proxyId = id<PortProxy>('proxy');
export const proxyPartsId = id<{ lifetime: Lifetime; clock: Clock; logger: Logger }>('proxy-parts');
export const eventsId = id<EventBus>('events');
export const extractorId = id<Extractor>('extractor');
export const storageId = id<Storage>('storage');
export const imageStoreId = id<ImageStore>('image-store');
export const imagesId = id<ImageService>('images');
export const containersContextId = id<ContainersContext>('containers-context');
export const containersId = id<Containers>('containers');
/** Files of containers, and images out of them. */
export const filesId = id<Pick<Backends, 'archive' | 'commits'>>('files');
export const registryId = id<ContainerRegistry>('container-registry');
export const containerRecordsId =
  id<Pick<ContainersContext, 'records' | 'runs'>>('container-records');
export const containerBaseId =
  id<Pick<ContainersContext, 'ids' | 'clock' | 'timers' | 'logger' | 'registry' | 'emit'>>(
    'container-base',
  );
/** Docker's plugins of the host: of volumes, and of authorization. */
export const pluginsId = id<Plugins>('plugins');
/** What the verbs on volumes work with, and volumes for the API. */
export const volumesContextId = id<VolumesContext>('volumes-context');
export const volumesId = id<Volumes>('volumes');
export const factsId = id<DaemonFacts>('facts');
export const backendsId = id<Backends>('backends');
export const apiServerId = id<ApiServer>('api-server');
