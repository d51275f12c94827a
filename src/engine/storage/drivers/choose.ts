import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Conflict, messageOf, Unavailable } from '../../../base/errors.js';
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
  readonly logger: Logger;
}

/** Opens the driver that is to be used, having tried that it works. @throws Unavailable if none does */
export async function chooseDriver({
  dataRoot,
  wanted,
  options,
  logger,
}: ChooseDriver): Promise<StorageDriver> {
  const used = driverNames.filter((name) => isUsed(dataRoot, name));
  const reasons: string[] = [];
  for (const name of candidates({ wanted, used })) {
    try {
      const driver = openDriver(name, { dataRoot, options });
      await driver.check();
      const aside = used.filter((other) => other !== name);
      if (aside.length > 0)
        logger.warn('images and containers of other storage drivers are left aside', {
          driver: name,
          others: aside.join(', '),
        });
      if (name === 'vfs' && wanted === '' && used.length === 0)
        logger.warn('no better storage driver works here: vfs copies every layer as a whole', {
          reasons,
        });
      return driver;
    } catch (error) {
      reasons.push(messageOf(error));
      logger.debug('storage driver does not work', { driver: name, error });
    }
  }
  throw new Unavailable(reasons.join('; '));
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
