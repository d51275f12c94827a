import type { ServiceIdentifier } from 'inversify';
import type { Launcher } from './contract.js';
import type { OpenedLauncher } from './open-launcher.js';

/** What the area offers to others, and what it asks for. */
export const isolationIds = {
  launcher: Symbol.for('isolation.launcher') as ServiceIdentifier<Launcher>,
  /** To be bound by the daemon, which awaits `openLauncher` at its start. */
  opened: Symbol.for('isolation.opened') as ServiceIdentifier<OpenedLauncher>,
};
