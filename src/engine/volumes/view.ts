import type { VolumeUsage, VolumeView } from '../../api/types/volume.js';
import type { DriverVolume } from './driver.js';
import type { VolumeRecord } from './model.js';

/** Docker API: `Volume`. */
export function volumeView(
  record: VolumeRecord,
  facts: {
    readonly scope: string;
    readonly told: DriverVolume;
    readonly withStatus?: boolean;
    readonly usage?: VolumeUsage;
  },
): VolumeView {
  const { told, scope, usage, withStatus } = facts;
  return {
    CreatedAt: seconds(told.createdAt ?? record.created),
    Driver: record.driver,
    Labels: record.labels,
    Mountpoint: told.mountpoint,
    Name: record.name,
    Options: record.options,
    Scope: scope,
    ...(withStatus && told.status && { Status: told.status }),
    ...(usage && { UsageData: usage }),
  };
}

/** RFC 3339 without fractions, as Go's `time.RFC3339`. */
function seconds(time: string): string {
  return time.replace(/\.\d+/, '');
}
