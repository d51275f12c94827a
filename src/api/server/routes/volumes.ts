import { Unavailable } from '../../../base/errors.js';
import type { Filters } from '../../types/system.js';
import { volumeCreate } from '../../types/volume.js';
import { empty, json } from '../answer.js';
import type { VolumesBackend } from '../backends/volumes.js';
import { jsonBody } from '../body.js';
import type { Call, Route } from '../router.js';
import { compareVersions } from '../version.js';

/** Docker Engine API, tag `Volume`. */
export function volumeRoutes(backend: VolumesBackend): Route[] {
  const name = ({ params }: Call) => params['name'] ?? '';
  return [
    {
      method: 'GET',
      path: '/volumes',
      handle: async ({ query, response }) => json(response, await backend.list(query.filters())),
    },
    {
      method: 'POST',
      path: '/volumes/create',
      handle: (call) => create(backend, call),
    },
    {
      method: 'POST',
      path: '/volumes/prune',
      handle: async (call) => json(call.response, await backend.prune(pruneFilters(call))),
    },
    {
      method: 'GET',
      path: '/volumes/{name*}',
      handle: async (call) => json(call.response, await backend.inspect(name(call))),
    },
    {
      method: 'PUT',
      path: '/volumes/{name*}',
      handle: refuseCluster,
    },
    {
      method: 'DELETE',
      path: '/volumes/{name*}',
      handle: async (call) => {
        await backend.remove(name(call), { force: call.query.flag('force') });
        empty(call.response);
      },
    },
  ];
}

async function create(backend: VolumesBackend, call: Call): Promise<void> {
  const body = await jsonBody(call.request, volumeCreate);
  if (body.ClusterVolumeSpec && compareVersions(call.version, '1.42') >= 0) refuseSwarm();
  json(call.response, await backend.create(body), 201);
}

/** Until API 1.42 anonymous and named volumes were pruned alike. */
function pruneFilters({ query, version }: Call): Filters {
  const filters = query.filters();
  return compareVersions(version, '1.42') < 0 ? new Map([...filters, ['all', ['true']]]) : filters;
}

async function refuseCluster(): Promise<never> {
  throw new Unavailable('volume update only valid for cluster volumes, but swarm is unavailable');
}

function refuseSwarm(): never {
  throw new Unavailable('This node is not a swarm manager. tsnet has no swarm mode.');
}
