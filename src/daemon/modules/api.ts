import { ContainerModule, type ContainerModuleLoadOptions } from 'inversify';
import { AuthorizationChain, type CallPlugin } from '../../api/server/authorization/chain.js';
import { ApiServer } from '../../api/server/server.js';
import { cnmIds } from '../../cnm/ids.js';
import type { Containers } from '../../engine/containers/backend.js';
import { ContainerStatistics } from '../../engine/containers/stats/backend.js';
import { ContainerUpdates } from '../../engine/containers/update/update.js';
import { ImageBackend } from '../../engine/images/backend.js';
import type { ImageService } from '../../engine/images/service.js';
import type { ImageStore } from '../../engine/images/store.js';
import { Networks } from '../../engine/networks/backend.js';
import { Plans } from '../../engine/networks/plans.js';
import type { Plugins } from '../../engine/plugins/plugins.js';
import type { Digest } from '../../engine/storage/digest.js';
import type { Storage } from '../../engine/storage/storage.js';
import { SystemService } from '../../engine/system/backend.js';
import type { DiskUsers, UsedLayer } from '../../engine/system/disk-usage.js';
import type { Volumes } from '../../engine/volumes/backend.js';
import { unreadBytes } from '../../native/unread.js';
import * as id from '../ids.js';
import { product } from '../product.js';

/** Docker's API on top of everything. */
export const apiModule = new ContainerModule(({ bind }) => {
  bindBackends(bind);
  bind(id.apiServerId).toResolvedValue(
    (backends, logger, live, plugins) =>
      new ApiServer({
        backends,
        logger,
        productVersion: product.version,
        unread: unreadBytes,
        authorization: new AuthorizationChain({
          names: () => live.current.authorizationPlugins,
          call: callAuthorization(plugins),
        }),
      }),
    [id.backendsId, id.loggerId, id.liveId, id.pluginsId],
  );
});

/** How long an authorization plugin may take; what it hasn't allowed by then is refused. */
const authorizationMs = 30_000;

function callAuthorization(plugins: Plugins): CallPlugin {
  return async (name, method, question) => {
    const { client } = await plugins.get(name, 'authz');
    return client.call(method, question, { timeoutMs: authorizationMs, retryMs: 0 });
  };
}

function layersOf(image: Digest, images: ImageStore, { layers }: Storage): readonly UsedLayer[] {
  return images.get(image)?.chains.flatMap((chain) => layers.get(chain) ?? []) ?? [];
}

/** What system df counts, asked of whoever has it. */
function diskUsersOf({ containers, images, volumes, imageStore, storage }: DiskParts): DiskUsers {
  return {
    containers: ({ size }) => containers.list({ all: true, limit: 0, size, filters: new Map() }),
    images: async () => images.list(),
    volumes: () => volumes.usage(),
    layersOf: (image) => layersOf(image as Digest, imageStore, storage),
  };
}

interface DiskParts {
  readonly containers: Containers;
  readonly images: ImageService;
  readonly volumes: Volumes;
  readonly imageStore: ImageStore;
  readonly storage: Storage;
}

function bindBackends(bind: ContainerModuleLoadOptions['bind']): void {
  bind(id.backendsId).toResolvedValue(
    (
      containers,
      controller,
      images,
      facts,
      events,
      clock,
      logger,
      settings,
      files,
      context,
      volumes,
      imageStore,
      storage,
    ) => ({
      ...files,
      volumes,
      containers,
      logs: containers,
      stats: new ContainerStatistics(context),
      updates: new ContainerUpdates(context),
      networks: new Networks({
        controller,
        attachments: containers,
        clock,
        logger,
        events,
        defaultOptions: settings.networkOptions,
      }),
      plans: new Plans({ controller, containers, defaultOptions: settings.networkOptions }),
      images: new ImageBackend({ service: images }),
      system: new SystemService({
        facts,
        counts: diskUsersOf({ containers, images, volumes, imageStore, storage }),
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
      id.filesId,
      id.containersContextId,
      id.volumesId,
      id.imageStoreId,
      id.storageId,
    ],
  );
}
