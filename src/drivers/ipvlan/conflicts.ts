import { Forbidden } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import type { NetworkRecord, NetworkRequest } from '../../cnm/model.js';
import { ipvlanConfig } from './config.js';

/** A parent has one mode, so one network. @throws Forbidden in Docker's words */
export function refuseSharing(request: NetworkRequest, others: readonly NetworkRecord[]): void {
  const { parent } = ipvlanConfig(request);
  if (!parent) return;
  const other = others.find(
    (record) => record.driver === request.driver && ipvlanConfig(record).parent === parent,
  );
  if (!other) return;
  throw new Forbidden(
    `network dm-${shortId(other.id)} is already using parent interface ${parent}`,
  );
}
