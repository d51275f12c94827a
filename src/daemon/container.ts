import { Container } from 'inversify';
import { systemClock } from '../base/clock.js';
import { randomIds } from '../base/ids.js';
import type { Logger } from '../base/logger.js';
import type { Lifetime } from '../base/rollback.js';
import { EventBus } from '../engine/events.js';
import { isolationModule } from '../engine/isolation/module.js';
import type { Identity } from './identity.js';
import * as id from './ids.js';
import { apiModule } from './modules/api.js';
import { containersBackendModule, containersModule } from './modules/containers.js';
import { kernelModule } from './modules/kernel.js';
import { networkModules, networkNeedsModule } from './modules/network.js';
import { imagesModule } from './modules/storage.js';
import type { Settings } from './settings.js';

/** The composition root: the only container, with every area's module in the order of the layers. */
export function composeDaemon(parts: {
  settings: Settings;
  identity: Identity;
  logger: Logger;
  lifetime: Lifetime;
}): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(id.settingsId).toConstantValue(parts.settings);
  container.bind(id.identityId).toConstantValue(parts.identity);
  container.bind(id.loggerId).toConstantValue(parts.logger);
  container.bind(id.lifetimeId).toConstantValue(parts.lifetime);
  container.bind(id.clockId).toConstantValue(systemClock);
  container.bind(id.idsId).toConstantValue(randomIds);
  container.bind(id.eventsId).toConstantValue(new EventBus(systemClock));
  container.load(
    kernelModule,
    networkNeedsModule,
    ...networkModules,
    imagesModule,
    isolationModule,
    containersModule,
    containersBackendModule,
    apiModule,
  );
  return container;
}
