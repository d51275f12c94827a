import { Conflict, messageOf, NotFound, System } from '../../base/errors.js';
import type { VolumesContext } from './context.js';
import { volumeEvent } from './events.js';
import { type FoundVolume, findVolume, recorded } from './find.js';
import { recordKey } from './names.js';

/**
 * Removes a volume with all that is in it. By force one that isn't there is fine, and one that its driver doesn't
 * give up is forgotten.
 * @throws Conflict `remove NAME: volume is in use - [ID, ID]`; NotFound
 */
export async function removeVolume(
  context: VolumesContext,
  name: string,
  options: { force: boolean },
): Promise<void> {
  await context.locks.run(name, async () => {
    const found = await lookUp(context, name, options.force);
    if (found) await removeFound(context, found, options.force);
  });
}

/** In use counts first, so that nobody forgets what containers have. */
async function lookUp(
  context: VolumesContext,
  name: string,
  force: boolean,
): Promise<FoundVolume | undefined> {
  refuseUsed(context, name);
  try {
    return await findVolume(context, name);
  } catch (error) {
    if (!force) throw error;
    if (recorded(context, name)) await context.records.remove(recordKey(name));
    else if (!(error instanceof NotFound)) throw error;
    return undefined;
  }
}

function refuseUsed({ references }: VolumesContext, name: string): void {
  const users = references.of(name);
  if (users.length > 0) {
    throw new Conflict(`remove ${name}: volume is in use - [${users.join(', ')}]`);
  }
}

async function removeFound(
  context: VolumesContext,
  { record, driver }: FoundVolume,
  force: boolean,
): Promise<void> {
  const forget = () => context.records.remove(recordKey(record.name));
  try {
    await driver.remove(record, forget);
  } catch (error) {
    if (force) await forget();
    throw new System(`remove ${record.name}: ${messageOf(error)}`, { cause: error });
  }
  context.emit(volumeEvent('destroy', record));
}
