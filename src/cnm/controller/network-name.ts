import { Conflict, Forbidden, InvalidParameter } from '../../base/errors.js';

/** What `--network` means by itself, so that no network may have it for a name. */
const reserved = new Set(['bridge', 'host', 'none', 'default']);

/** @throws Forbidden for what stands for a predefined network */
export function refusePredefined(name: string): void {
  if (reserved.has(name))
    throw new Forbidden(`operation is not permitted on predefined ${name} network`);
}

/**
 * Refuses a name that is blank or taken. Any other text will do, as with Docker: devices, files and rules are
 * named after the network's id.
 * @throws InvalidParameter, Conflict
 */
export function checkNetworkName(name: string, isTaken: (name: string) => boolean): void {
  if (name.trim() === '') throw new InvalidParameter('invalid name: name is empty');
  if (isTaken(name)) throw new Conflict(`network with name ${name} already exists`);
}
