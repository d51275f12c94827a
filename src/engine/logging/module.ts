import type { ServiceIdentifier } from 'inversify';
import { ContainerModule } from 'inversify';
import type { Logger } from '../../base/logger.js';
import { ContainerLogs } from './container-logs.js';
import { loggingIds } from './ids.js';

/** Logs of containers. `loggerId`: what the daemon itself says goes there. */
export const loggingModule = (loggerId: ServiceIdentifier<Logger>) =>
  new ContainerModule(({ bind }) => {
    bind(loggingIds.logs).toResolvedValue(
      (defaults, logger) => new ContainerLogs({ defaults, logger }),
      [loggingIds.defaults, loggerId],
    );
  });
