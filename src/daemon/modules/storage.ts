import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { platformOf } from '../../engine/images/platform.js';
import { ImageService, openImageStore } from '../../engine/images/service.js';
import type { Digest } from '../../engine/storage/digest.js';
import { fromImage } from '../event-sources.js';
import * as id from '../ids.js';

/** Images. Storage itself is opened before, because that may fail for want of a file system. */
export const imagesModule = new ContainerModule(({ bind }) => {
  bind(id.imageStoreId).toResolvedValue(
    ({ dataRoot }, logger, storage) =>
      openImageStore({ dataRoot, driver: storage.driverName, logger }),
    [id.settingsId, id.loggerId, id.storageId],
  );
  bind(id.imagesId).toResolvedValue(
    (settings, store, storage, extractor, registry, clock, logger, events) =>
      new ImageService({
        store,
        storage,
        extractor,
        clock,
        logger,
        users: {
          usersOf: (image: Digest) =>
            registry
              .all()
              .filter(({ record }) => record.image === image)
              .map((container) => ({
                containerId: container.id,
                running: container.run !== undefined,
              })),
        },
        emit: (event) => events.emit(fromImage(event)),
        scratch: join(settings.dataRoot, 'tmp', 'images'),
        aside: join(settings.dataRoot, 'image', 'set-aside'),
        platform: platformOf(process.arch),
      }),
    [
      id.settingsId,
      id.imageStoreId,
      id.storageId,
      id.extractorId,
      id.registryId,
      id.clockId,
      id.loggerId,
      id.eventsId,
    ],
  );
});
