import type { Backends } from '../backend.js';
import type { Route } from '../router.js';
import { archiveRoutes } from './archive.js';
import { attachRoutes } from './attach.js';
import { commitRoutes } from './commit.js';
import { containerRoutes } from './containers.js';
import { imageRoutes } from './images.js';
import { logRoutes } from './logs.js';
import { networkRoutes } from './networks.js';
import { planRoutes } from './plan.js';
import { statsRoutes } from './stats.js';
import { systemRoutes } from './system.js';
import { updateRoutes } from './update.js';
import { volumeRoutes } from './volumes.js';

/** Everything that the API can do. docs/api.md has a line for each, which a test compares. */
export function routesOf(backends: Backends): Route[] {
  return [
    ...systemRoutes(backends.system),
    ...containerRoutes(backends.containers),
    ...attachRoutes(backends.containers),
    ...archiveRoutes(backends.archive),
    ...commitRoutes(backends.commits),
    ...logRoutes(backends.logs),
    ...statsRoutes(backends.stats),
    ...updateRoutes(backends.updates),
    ...networkRoutes(backends.networks),
    ...planRoutes(backends.plans),
    ...imageRoutes(backends.images),
    ...volumeRoutes(backends.volumes),
  ];
}
