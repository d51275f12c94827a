import { ContainerModule } from 'inversify';
import { isolationIds } from './ids.js';

/** Process isolation. The daemon binds `isolationIds.opened` to what `openLauncher` resolves with. */
export const isolationModule = new ContainerModule(({ bind }) => {
  bind(isolationIds.launcher).toResolvedValue(({ launcher }) => launcher, [isolationIds.opened]);
});
