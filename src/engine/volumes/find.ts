import { Conflict, messageOf, NotFound, Unavailable } from '../../base/errors.js';
import type { VolumesContext } from './context.js';
import type { DriverVolume, VolumeDriver } from './driver.js';
import type { VolumeRecord } from './model.js';
import { recordKey } from './names.js';

/** A volume with its driver and what that tells of it. */
export interface FoundVolume {
  readonly record: VolumeRecord;
  readonly driver: VolumeDriver;
  readonly told: DriverVolume;
}

/** The volume that we have a record of. */
export function recorded({ records }: VolumesContext, name: string): VolumeRecord | undefined {
  return records.get(recordKey(name));
}

/**
 * Finds a volume; one that was made behind our back is looked for with all drivers and noted.
 * @throws NotFound `get NAME: no such volume`; Unavailable if its driver can't be asked
 */
export async function findVolume(context: VolumesContext, name: string): Promise<FoundVolume> {
  const record = recorded(context, name);
  const found = record ? await known(context, record) : await probe(context, name);
  if (found) return found;
  throw new NotFound(`get ${name}: no such volume`);
}

/** One that its driver has lost is forgotten. */
async function known(
  context: VolumesContext,
  record: VolumeRecord,
): Promise<FoundVolume | undefined> {
  const { name } = record;
  const attempt = async () => {
    const driver = await context.drivers.get(record.driver);
    return { driver, told: await driver.get(name) };
  };
  const { driver, told } = await attempt().catch((error: unknown) => {
    const what = `error while checking if volume "${name}" exists in driver "${record.driver}"`;
    throw new Unavailable(`get ${name}: ${what}: ${messageOf(error)}`);
  });
  if (told) return { record, driver, told };
  if (context.references.of(name).length === 0) await context.records.remove(recordKey(name));
  return undefined;
}

async function probe(context: VolumesContext, name: string): Promise<FoundVolume | undefined> {
  for (const driver of await context.drivers.all()) {
    const told = await driver.get(name).catch(() => undefined);
    if (!told) continue;
    const record = discovered(context, driver, told);
    await context.records.save(recordKey(name), record);
    return { record, driver, told };
  }
  return undefined;
}

/** The record of a volume that others made. */
export function discovered(
  { clock }: VolumesContext,
  { name: driver }: VolumeDriver,
  { name, createdAt }: DriverVolume,
): VolumeRecord {
  const created = createdAt ?? clock.now().toISOString();
  return { name, driver, created, labels: null, options: null };
}

/** @throws Conflict in Docker's words if the name is another driver's */
export function refuseOtherDriver(record: VolumeRecord, driver: string): void {
  if (driver === '' || driver === record.driver) return;
  const { name } = record;
  throw new Conflict(
    `create ${name}: driver '${record.driver}' already has volume '${name}': volume name must be unique`,
  );
}
