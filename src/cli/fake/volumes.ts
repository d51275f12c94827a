import type { VolumeView } from '../../api/types/volume.js';
import type { Answer, Rule } from './answers.js';
import { ids } from './fixtures.js';

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

const ok = (body: unknown): Answer => ({ status: 200, body });
const failed = (status: number, message: string): Answer => ({ status, body: { message } });

/** What the fake daemon answers about volumes; those whose names begin with `no` aren't there. */
export const volumeRules: readonly Rule[] = [
  ['GET', /^\/volumes$/, () => ok({ Volumes: volumes(), Warnings: null })],
  [
    'POST',
    /^\/volumes\/create$/,
    ({ body }) => {
      const { Name, Driver } = body as { Name?: string; Driver: string };
      if (Driver === 'nope') return failed(404, `create ${Name}: plugin "nope" not found`);
      return { status: 201, body: { ...volumes()[0], Name: Name ?? ids.created } };
    },
  ],
  [
    'POST',
    /^\/volumes\/prune$/,
    ({ query }) =>
      ok({
        VolumesDeleted: query['filters']?.includes('keep') ? [] : ['data9', 'zeta'],
        SpaceReclaimed: 2_097_152,
      }),
  ],
  [
    'GET',
    /^\/volumes\/(.+)$/,
    (_, ref) => {
      const found = volumes().find(({ Name }) => Name === ref);
      return found ? ok(found) : failed(404, `get ${ref}: no such volume`);
    },
  ],
  [
    'DELETE',
    /^\/volumes\/(.+)$/,
    (_, ref) =>
      ref === 'busy'
        ? failed(409, 'remove busy: volume is in use - [0123456789ab]')
        : !ref.startsWith('no')
          ? { status: 204 }
          : failed(404, `get ${ref}: no such volume`),
  ],
];
