import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Conflict, messageOf, Unavailable } from '../../../base/errors.js';
import type { IdMaps } from '../../../base/id-mapping.js';
import type { Logger } from '../../../base/logger.js';
import { isErrno } from '../../../native/libc.js';
import type { StorageDriver } from '../driver.js';
import { type DriverName, driverNamed, driverNames, openDriver } from './catalogue.js';
import type { DriverOptions } from './options.js';

/** What is known before anything is tried. */
export interface Candidates {
  /** `--storage-driver`; empty: none was asked for. */
  readonly wanted: string;
  /** Those that have images or containers on this data root. */
  readonly used: readonly DriverName[];
}

/**
 * Which drivers to try, in order. One that was asked for, or that has been used, is not replaced by another: its
 * images would seem lost. @throws InvalidParameter, Conflict
 */
export function candidates({ wanted, used }: Candidates): readonly DriverName[] {
  if (wanted !== '') return [driverNamed(wanted)];
  // vfs is nobody's wish if there was something better once.
  const better = used.filter((name) => name !== 'vfs');
  if (better.length > 1)
    throw new Conflict(
      `the data root contains several valid storage drivers: ${better.join(', ')}: please clean up or choose one (--storage-driver)`,
    );
  if (better.length === 1) return better;
  return used.length > 0 ? used : driverNames;
}

/** What to choose by. */
export interface ChooseDriver {
  readonly dataRoot: string;
  readonly wanted: string;
  readonly options: DriverOptions;
  /** What users and groups of containers are on the disk. */
  readonly maps?: IdMaps | undefined;
  readonly logger: Logger;
}

/** Opens the driver that is to be used, having tried that it works. @throws Unavailable if none does */
export async function chooseDriver(choice: ChooseDriver): Promise<StorageDriver> {
  const { dataRoot, wanted, options, maps, logger } = choice;
  const used = driverNames.filter((name) => isUsed(dataRoot, name));
  const reasons: string[] = [];
  for (const name of candidates({ wanted, used })) {
    try {
      const driver = openDriver(name, { dataRoot, options, maps });
      await tryOut(driver, used.includes(name), logger);
      tellChoice(name, used, wanted === '' ? reasons : [], logger);
      return driver;
    } catch (error) {
      reasons.push(messageOf(error));
      logger.debug('storage driver does not work', { driver: name, error });
    }
  }
  throw new Unavailable(reasons.join('; '));
}

/** On a full disk nothing can be tried. One that has worked before goes on: somebody must be able to make room. */
async function tryOut(driver: StorageDriver, isUsed: boolean, logger: Logger): Promise<void> {
  try {
    await driver.check();
  } catch (error) {
    if (!isUsed || !isForLackOfRoom(error)) throw error;
    logger.warn('the disk of the data root is full', { driver: driver.name, error });
  }
}

function isForLackOfRoom(error: unknown): boolean {
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) return true;
  return error instanceof Error && error.cause !== undefined && isForLackOfRoom(error.cause);
}

function tellChoice(
  name: DriverName,
  used: readonly DriverName[],
  reasons: readonly string[],
  logger: Logger,
): void {
  const others = used.filter((other) => other !== name).join(', ');
  if (others !== '')
    logger.warn('images and containers of other storage drivers are left aside', {
      driver: name,
      others,
    });
  if (name === 'vfs' && reasons.length > 0)
    logger.warn('no better storage driver works here: vfs copies every layer as a whole', {
      reasons: reasons.join('; '),
    });
}

/** Whether a driver has layers on record here. */
function isUsed(dataRoot: string, driver: DriverName): boolean {
  return ['layers', 'rootfs'].some((kind) =>
    namesIn(join(dataRoot, 'image', driver, kind)).some((name) => name.endsWith('.json')),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
