import type { VolumeView } from '../../api/types/volume.js';
import { messageOf } from '../../base/errors.js';
import type { VolumesContext } from './context.js';
import type { DriverVolume, VolumeDriver } from './driver.js';
import type { VolumeFilter } from './filters.js';
import { discovered, recorded } from './find.js';
import { localDriver, type VolumeRecord } from './model.js';
import { sizeOf } from './size.js';
import { volumeView } from './view.js';

/** A volume as listings know it. */
interface Listed {
  readonly record: VolumeRecord;
  readonly told: DriverVolume;
  readonly scope: string;
}

/** All volumes that pass, in the order of their making, with warnings about drivers that could not be asked. */
export async function listVolumes(
  context: VolumesContext,
  filter: VolumeFilter,
): Promise<{ volumes: VolumeView[]; warnings: string[] }> {
  const warnings: string[] = [];
  const listed: Listed[] = [];
  for (const driver of await context.drivers.all()) {
    listed.push(
      ...(await listOf(context, driver).catch((error: unknown) => {
        warnings.push(`list ${driver.name}: ${messageOf(error)}`);
        return [];
      })),
    );
  }
  listed.push(...unlisted(context, listed));
  const isUsed = (name: string) => context.references.of(name).length > 0;
  const volumes = listed
    .filter(({ record }) => filter(record, isUsed(record.name)))
    .sort((a, b) => (a.record.created < b.record.created ? -1 : 1))
    .map(({ record, ...facts }) => volumeView(record, facts));
  return { volumes, warnings };
}

/** A name belongs to the driver that has it by our records. */
async function listOf(context: VolumesContext, driver: VolumeDriver): Promise<Listed[]> {
  const scope = await driver.scope();
  const all = await driver.list();
  return all.flatMap((told) => {
    const record = recorded(context, told.name) ?? discovered(context, driver, told);
    return record.driver === driver.name ? [{ record, told, scope }] : [];
  });
}

/** Those of drivers that don't answer. */
function unlisted({ records }: VolumesContext, listed: readonly Listed[]): Listed[] {
  const there = new Set(listed.map(({ record }) => record.name));
  const answered = new Set(listed.map(({ record }) => record.driver)).add(localDriver);
  return records
    .values()
    .filter(({ name, driver }) => !there.has(name) && !answered.has(driver))
    .map((record) => ({ record, told: { name: record.name, mountpoint: '' }, scope: 'local' }));
}

/** Local volumes that are plain folders: what disk usage and pruning are about. */
export function plainVolumes({ records }: VolumesContext): VolumeRecord[] {
  return records
    .values()
    .filter(({ driver, options }) => driver === localDriver && noneOf(options));
}

/** Bytes in a plain volume; -1 if they can't be counted. */
export function sizeOfVolume({ folders }: VolumesContext, name: string): Promise<number> {
  return sizeOf(folders.data(name)).catch(() => -1);
}

/** Plain volumes with their sizes. */
export async function usedVolumes(context: VolumesContext): Promise<VolumeView[]> {
  return Promise.all(
    plainVolumes(context).map(async (record) => {
      const { name } = record;
      const told = { name, mountpoint: context.folders.data(name) };
      const Size = await sizeOfVolume(context, name);
      const usage = { Size, RefCount: context.references.of(name).length };
      return volumeView(record, { told, scope: 'local', usage });
    }),
  );
}

function noneOf(options: VolumeRecord['options']): boolean {
  return options === null || Object.keys(options).length === 0;
}
