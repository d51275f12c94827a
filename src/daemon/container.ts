import { Container } from 'inversify';
import { systemClock } from '../base/clock.js';
import { randomIds } from '../base/ids.js';
import type { Logger } from '../base/logger.js';
import type { Lifetime } from '../base/rollback.js';
import { EventBus } from '../engine/events.js';
import { isolationModule } from '../engine/isolation/module.js';
import { loggingIds } from '../engine/logging/ids.js';
import { loggingModule } from '../engine/logging/module.js';
import type { Identity } from './identity.js';
import * as id from './ids.js';
import type { LiveState } from './live-settings.js';
import { apiModule } from './modules/api.js';
import { containersBackendModule, containersModule } from './modules/containers.js';
import { filesModule } from './modules/files.js';
import { kernelModule } from './modules/kernel.js';
import { networkModules, networkNeedsModule } from './modules/network.js';
import { imagesModule } from './modules/storage.js';
import { systemModule } from './modules/system.js';
import { volumesModule } from './modules/volumes.js';
import type { Settings } from './settings.js';

/** The composition root: the only container, with every area's module in the order of the layers. */
export function composeDaemon(parts: {
  settings: Settings;
  live: LiveState;
  identity: Identity;
  logger: Logger;
  lifetime: Lifetime;
}): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(id.settingsId).toConstantValue(parts.settings);
  container.bind(id.liveId).toConstantValue(parts.live);
  container.bind(id.identityId).toConstantValue(parts.identity);
  container.bind(id.loggerId).toConstantValue(parts.logger);
  container.bind(id.lifetimeId).toConstantValue(parts.lifetime);
  container.bind(id.clockId).toConstantValue(systemClock);
  container.bind(id.idsId).toConstantValue(randomIds);
  container.bind(id.eventsId).toConstantValue(new EventBus(systemClock));
  container.bind(loggingIds.defaults).toConstantValue(parts.settings.logging);
  container.load(
    kernelModule,
    networkNeedsModule,
    ...networkModules,
    imagesModule,
    isolationModule,
    loggingModule(id.loggerId),
    volumesModule,
    containersModule,
    containersBackendModule,
    filesModule,
    systemModule,
    apiModule,
  );
  return container;
}
