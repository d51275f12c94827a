import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { remappedRoot } from '../../base/id-mapping.js';
import { KeyedMutex } from '../../base/mutex.js';
import { Volumes } from '../../engine/volumes/backend.js';
import type { VolumesContext } from '../../engine/volumes/context.js';
import { PluggedDrivers } from '../../engine/volumes/drivers.js';
import { LocalDriver } from '../../engine/volumes/local/driver.js';
import { VolumeFolders } from '../../engine/volumes/local/folders.js';
import { KernelLocalMounts } from '../../engine/volumes/local/mounting.js';
import type { VolumeFate, VolumeRecord, VolumeUse } from '../../engine/volumes/model.js';
import { References } from '../../engine/volumes/references.js';
import { fromVolume } from '../event-sources.js';
import * as id from '../ids.js';
import { durableRecords, recordFolder, volatileRecords } from '../records.js';

/** Volumes: on this machine, and by plugins. */
export const volumesModule = new ContainerModule(({ bind }) => {
  bind(id.volumesContextId).toResolvedValue(
    ({ dataRoot, execRoot, idMaps }, plugins, events, ids, clock, logger): VolumesContext => {
      const folders = new VolumeFolders(join(dataRoot, 'volumes'), remappedRoot(idMaps));
      const mounts = new KernelLocalMounts(async (host) => (await lookup(host)).address);
      const local = new LocalDriver({ folders, mounts });
      return {
        records: durableRecords<VolumeRecord>(
          recordFolder(dataRoot, 'volumes'),
          (record) => typeof record.name === 'string' && typeof record.driver === 'string',
          logger,
        ),
        uses: volatileRecords<VolumeUse>(
          recordFolder(execRoot, 'volume-uses'),
          (record) => typeof record.volume === 'string',
          logger,
        ),
        fates: volatileRecords<VolumeFate>(
          recordFolder(execRoot, 'volume-fates'),
          (record) => Array.isArray(record.volumes),
          logger,
        ),
        drivers: new PluggedDrivers({ local, plugins }),
        local,
        folders,
        references: new References(),
        locks: new KeyedMutex(),
        subpathsDir: join(execRoot, 'volume-parts'),
        ids,
        clock,
        logger,
        emit: (event) => events.emit(fromVolume(event)),
      };
    },
    [id.settingsId, id.pluginsId, id.eventsId, id.idsId, id.clockId, id.loggerId],
  );
  bind(id.volumesId).toResolvedValue((context) => new Volumes(context), [id.volumesContextId]);
});
