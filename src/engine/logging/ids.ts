import type { ServiceIdentifier } from 'inversify';
import type { LogConfig } from './config.js';
import type { Logs } from './contract.js';

/** What the area offers to others, and what it asks for. */
export const loggingIds = {
  logs: Symbol.for('logging.logs') as ServiceIdentifier<Logs>,
  /** To be bound by the daemon: settings of containers that have none of their own. */
  defaults: Symbol.for('logging.defaults') as ServiceIdentifier<LogConfig>,
};
