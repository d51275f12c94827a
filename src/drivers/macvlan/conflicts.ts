import { Forbidden } from '../../base/errors.js';
import type { NetworkRecord, NetworkRequest } from '../../cnm/model.js';
import { macvlanConfig } from './config.js';

/**
 * Networks may share a parent unless one of them is in mode `passthru`.
 * @throws Forbidden in Docker's words
 */
export function refuseSharing(request: NetworkRequest, others: readonly NetworkRecord[]): void {
  const { parent, mode } = macvlanConfig(request);
  if (!parent) return;
  for (const other of others.filter(({ driver }) => driver === request.driver)) {
    const theirs = macvlanConfig(other);
    if (theirs.parent !== parent) continue;
    if (mode === 'passthru') {
      throw new Forbidden(
        `cannot use mode passthru, macvlan network ${other.id} is already using parent interface ${parent}`,
      );
    }
    if (theirs.mode === 'passthru') {
      throw new Forbidden(
        `macvlan network ${other.id} is already using parent interface ${parent} in mode passthru`,
      );
    }
  }
}
