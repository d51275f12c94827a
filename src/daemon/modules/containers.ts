import { hostname } from 'node:os';
import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { Limit } from '../../base/limit.js';
import { KeyedMutex } from '../../base/mutex.js';
import { systemTimers } from '../../base/timers.js';
import { cnmIds } from '../../cnm/ids.js';
import type { ContainersContext, RootFilesystems } from '../../engine/containers/context.js';
import { withoutLeavings } from '../../engine/containers/files/mount-point-leavings.js';
import type { ContainerRecord, RunRecord } from '../../engine/containers/model.js';
import { ContainerRegistry } from '../../engine/containers/registry.js';
import { ContainerStateRecords, type StoredState } from '../../engine/containers/state-records.js';
import type { RunPs } from '../../engine/containers/top.js';
import { ImagesForContainers } from '../../engine/images/backend.js';
import type { ImageStore } from '../../engine/images/store.js';
import { isolationIds } from '../../engine/isolation/ids.js';
import { loggingIds } from '../../engine/logging/ids.js';
import type { ChainId, Digest } from '../../engine/storage/digest.js';
import type { Storage } from '../../engine/storage/storage.js';
import { VolumesForContainers } from '../../engine/volumes/for-containers.js';
import type { Children } from '../../native/children.js';
import { run } from '../../native/run.js';
import { sysctls } from '../../native/sysctl.js';
import { fromContainer } from '../event-sources.js';
import * as id from '../ids.js';
import { durableRecords, recordFolder, volatileRecords } from '../records.js';
import type { Settings } from '../settings.js';
import { WarnedContainers } from '../warned-containers.js';

/** Starts, ends and removals under way at a time: enough for every processor, and others are answered meanwhile. */
const STARTS_AT_ONCE = 3;
/** A runtime that takes longer hangs, or waits for something that isn't the daemon's time. */
const START_PATIENCE_MS = 3000;

/** Containers. The launcher is opened before, because that may fail for want of a runtime. */
export const containersModule = new ContainerModule(({ bind }) => {
  bind(id.registryId).toResolvedValue(() => new ContainerRegistry(), []);
  bind(id.containerRecordsId).toResolvedValue(
    ({ dataRoot, execRoot }, logger) => ({
      records: new ContainerStateRecords({
        settings: durableRecords<ContainerRecord>(
          recordFolder(dataRoot, 'containers'),
          (record) => Array.isArray(record.args),
          logger,
          ['config', 'host'],
        ),
        states: durableRecords<StoredState>(
          recordFolder(dataRoot, 'container-states'),
          (record) => typeof record.lastRun?.status === 'string',
          logger,
        ),
      }),
      runs: volatileRecords<RunRecord>(
        recordFolder(execRoot, 'runs'),
        (record) => typeof record.pid === 'number',
        logger,
      ),
    }),
    [id.settingsId, id.loggerId],
  );
  bind(id.containerBaseId).toResolvedValue(
    (ids, clock, logger, registry, events) => ({
      ids,
      clock,
      timers: systemTimers,
      logger,
      registry,
      emit: (event: Parameters<ContainersContext['emit']>[0]) => events.emit(fromContainer(event)),
    }),
    [id.idsId, id.clockId, id.loggerId, id.registryId, id.eventsId],
  );
  bind(id.containersContextId).toResolvedValue(
    (settings, base, records, networks, opened, logs, storage, imageStore, volumes) => ({
      ...base,
      ...records,
      images: new ImagesForContainers({ service: imageStore }),
      rootfs: rootFilesystems(storage),
      volumes: new VolumesForContainers(volumes),
      networks,
      launcher: opened.launcher,
      probes: opened.probes,
      limits: opened.limits,
      memory: opened.memory,
      logs,
      locks: new KeyedMutex(),
      turns: new Limit(STARTS_AT_ONCE, { ms: START_PATIENCE_MS }),
      settings: containerSettings(settings),
    }),
    [
      id.settingsId,
      id.containerBaseId,
      id.containerRecordsId,
      cnmIds.controller,
      isolationIds.opened,
      loggingIds.logs,
      id.storageId,
      id.imageStoreId,
      id.volumesContextId,
    ],
  );
});

/** Containers for the API. */
export const containersBackendModule = new ContainerModule(({ bind }) => {
  bind(id.containersId).toResolvedValue(
    (context, images, children) =>
      new WarnedContainers({
        sysctls,
        context,
        facts: {
          imageIds: (reference) => idsOf(images, reference),
          imageName: (reference, image) =>
            idsOf(images, reference).some((one) => one === image) ? reference : image,
        },
        runPs: psOfHost(children),
      }),
    [id.containersContextId, id.imageStoreId, id.childrenId],
  );
});

function rootFilesystems(storage: Storage): RootFilesystems {
  const { rootfs } = storage;
  return {
    driver: storage.driverName,
    prepare: (container, chainId) => rootfs.prepare(container, chainId as ChainId | undefined),
    prepareView: (container, view, chainId) =>
      rootfs.prepareView(container, view, chainId as ChainId | undefined),
    mount: (container) => rootfs.mount(container),
    unmount: (container) => rootfs.unmount(container),
    remove: (container) => rootfs.remove(container),
    exportTar: (container) => rootfs.exportTar(container),
    graphDriver: (container) => rootfs.graphDriver(container),
    size: (container) => rootfs.size(container),
    changes: async (container) => withoutLeavings(await rootfs.changes(container)),
    reconcile: (containers, running) => storage.reconcile(containers, running),
  };
}

function containerSettings(settings: Settings): ContainersContext['settings'] {
  return {
    containersDir: join(settings.dataRoot, 'containers'),
    runDir: join(settings.execRoot, 'run'),
    dns: settings.dns,
    dnsSearch: settings.dnsSearch,
    dnsOptions: settings.dnsOptions,
    linkEnvironment: settings.linkEnvironment ?? false,
    cgroupParent: settings.isolation.cgroupParent,
    idMaps: settings.idMaps,
    hostname,
  };
}

function idsOf(images: ImageStore, reference: string): Digest[] {
  try {
    return [images.resolve(reference).id];
  } catch {
    // No image of that name: nothing was made from it under this name.
    return [];
  }
}

/** `ps` of the host, as `docker top` shows it. */
function psOfHost(children: Children): RunPs {
  return async (args) => {
    const { status, stdout, stderr } = await run(children, {
      file: '/bin/ps',
      argv: ['ps', ...args],
      env: { PATH: '/usr/bin:/bin' },
    });
    return { code: status.code, stdout, stderr };
  };
}
