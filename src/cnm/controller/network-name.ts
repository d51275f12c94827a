import { Conflict, Forbidden, InvalidParameter } from '../../base/errors.js';
import type { NetworkRecord } from '../model.js';

/** Names end up in file names, in DNS and on command lines. */
const goodName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** What `--network` means by itself, so that no network may have it for a name. */
const reserved = new Set(['bridge', 'host', 'none', 'default']);

/**
 * Refuses a name for a network that a user wants to make.
 * @throws Forbidden for the names of predefined networks, InvalidParameter, Conflict for one that is taken
 */
export function checkNetworkName(name: string, networks: readonly NetworkRecord[]): void {
  if (name.trim() === '') throw new InvalidParameter('invalid name: name is empty');
  if (reserved.has(name))
    throw new Forbidden(`operation is not permitted on predefined ${name} network`);
  if (!goodName.test(name) || name.startsWith('container:'))
    throw new InvalidParameter(`invalid name: ${name}: only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  if (networks.some((network) => network.name === name))
    throw new Conflict(`network with name ${name} already exists`);
}
