import type { VolumeView } from '../../api/types/volume.js';

/** Volumes that the fake daemon has. */
export function volumes(): readonly VolumeView[] {
  return [
    volume({ Name: 'zeta', Labels: { a: '1' }, Mountpoint: '/v/zeta/_data' }),
    volume({ Name: 'data10', Labels: null, Mountpoint: '/v/data10/_data' }),
    volume({ Name: 'data9', Driver: 'flocker', Labels: {}, Scope: 'global' }),
  ];
}

/** With the fields in Docker's order, which clients print. */
function volume({ Driver, Labels, Mountpoint, Name, Scope }: Partial<VolumeView>): VolumeView {
  return {
    CreatedAt: '2026-11-21T02:26:59Z',
    Driver: Driver ?? 'local',
    Labels: Labels ?? null,
    Mountpoint: Mountpoint ?? '',
    Name: Name ?? '',
    Options: null,
    Scope: Scope ?? 'local',
  };
}
