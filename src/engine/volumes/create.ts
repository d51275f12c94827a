import {
  Conflict,
  InvalidParameter,
  messageOf,
  NotFound,
  System,
  TsnetError,
  Unavailable,
} from '../../base/errors.js';
import type { VolumesContext } from './context.js';
import { volumeEvent } from './events.js';
import { type FoundVolume, findVolume, recorded, refuseOtherDriver } from './find.js';
import { anonymousLabel, localDriver, type VolumeDraft } from './model.js';
import { recordKey } from './names.js';

/** What is asked for. Without a name it is made up, without a driver any driver's volume of this name will do. */
export type WantedVolume = VolumeDraft & {
  /** The container that has it from now on. */
  readonly container?: string;
};

/**
 * Makes a volume. One that is there already is fine, whatever its options and labels.
 * @throws Conflict, InvalidParameter, NotFound, System in Docker's words: `create NAME: ...`
 */
export async function createVolume(
  context: VolumesContext,
  wanted: WantedVolume,
): Promise<FoundVolume> {
  const draft = wanted.name === '' ? asAnonymous({ ...wanted, name: context.ids.id() }) : wanted;
  const { name, container } = draft;
  return context.locks.run(name, async () => {
    const volume = await findOrMake(context, draft);
    if (container !== undefined) context.references.add(name, container);
    return volume;
  });
}

/** Marks a volume as one that nobody named. */
export function asAnonymous<T extends WantedVolume>(wanted: T): T {
  const labels = { ...wanted.labels, [anonymousLabel]: '' };
  return { ...wanted, driver: wanted.driver || localDriver, labels };
}

async function findOrMake(context: VolumesContext, draft: WantedVolume): Promise<FoundVolume> {
  try {
    const there = await present(context, draft);
    return there ?? (await make(context, draft));
  } catch (error) {
    throw named(draft.name, error);
  }
}

/** Drivers are asked only where the name is known or the driver isn't said: a plugin may take its time. */
async function present(
  context: VolumesContext,
  { name, driver }: WantedVolume,
): Promise<FoundVolume | undefined> {
  const record = recorded(context, name);
  if (!record && driver !== '') return undefined;
  if (record && driver !== '') await context.drivers.get(driver);
  const found = await findVolume(context, name).catch((error: unknown) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  });
  if (found) refuseOtherDriver(found.record, driver);
  else if (record && context.references.of(name).length > 0) {
    throw new Conflict(
      `found references to volume '${name}' in driver '${record.driver}' but the volume was not found in the driver ` +
        '-- you may need to remove containers referencing this volume or force remove the volume to re-create it: ' +
        'volume name must be unique',
    );
  }
  return found;
}

async function make(
  context: VolumesContext,
  { name, driver: wantedDriver, labels, options }: WantedVolume,
): Promise<FoundVolume> {
  const driver = await context.drivers.get(wantedDriver || localDriver);
  const created = context.clock.now().toISOString();
  const record = { name, driver: driver.name, created, labels, options };
  const known = driver.name === localDriver ? undefined : await driver.get(name);
  const save = () => context.records.save(recordKey(name), record);
  if (known) await save();
  else await driver.create(record, save);
  const told = known ?? (await driver.get(name)) ?? { name, mountpoint: '' };
  context.emit(volumeEvent('create', record));
  return { record, driver, told };
}

/** The same kind of error with what was attempted before its text, once. */
function named(name: string, error: unknown): Error {
  const prefix = `create ${name}: `;
  const message = messageOf(error);
  const text = message.startsWith(prefix) ? message : prefix + message;
  const kinds = [Conflict, InvalidParameter, NotFound, Unavailable];
  const Kind = kinds.find((kind) => error instanceof kind) ?? System;
  return error instanceof TsnetError ? new Kind(text) : new System(text, { cause: error });
}
