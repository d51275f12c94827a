import { join } from 'node:path';
import { InvalidParameter } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { DurableStore } from '../engine/state/durable-store.js';
import type { StoreOptions } from '../engine/state/json-store.js';
import { VolatileStore } from '../engine/state/volatile-store.js';

/**
 * Opens folders of records that we alone write: what is read back is checked for its kind, no more. `constant` are the
 * parts that are never changed in place.
 */
export function durableRecords<T extends object>(
  folder: string,
  isRecord: (value: T) => boolean,
  logger: Logger,
  constant?: StoreOptions<T>['constant'],
): DurableStore<T> {
  const decode = decoder(isRecord);
  return new DurableStore<T>({ folder, decode, logger, ...(constant && { constant }) });
}

/** The same for records that a reboot voids. */
export function volatileRecords<T extends object>(
  folder: string,
  isRecord: (value: T) => boolean,
  logger: Logger,
): VolatileStore<T> {
  return new VolatileStore<T>({ folder, decode: decoder(isRecord), logger });
}

/** The folder of one kind of records below a root. */
export function recordFolder(root: string, kind: string): string {
  return join(root, 'state', kind);
}

function decoder<T extends object>(isRecord: (value: T) => boolean): (value: unknown) => T {
  return (value) => {
    const isObject = typeof value === 'object' && value !== null;
    if (!isObject || !isRecord(value as T)) throw new InvalidParameter('not a record of this kind');
    return value as T;
  };
}
