import { containerCreate } from '../../types/container.js';
import { networkConnect, networkCreate } from '../../types/network.js';
import { json } from '../answer.js';
import type { PlanBackend } from '../backend.js';
import { jsonBody } from '../body.js';
import type { Route } from '../router.js';

/** What requests would do to the kernel. The bodies are those of the requests themselves. */
export function planRoutes(backend: PlanBackend): Route[] {
  return [
    {
      method: 'POST',
      path: '/plan/networks/create',
      handle: async ({ request, response }) =>
        json(response, await backend.network(await jsonBody(request, networkCreate))),
    },
    {
      method: 'POST',
      path: '/plan/networks/{id}/connect',
      handle: async ({ params, request, response }) => {
        const body = await jsonBody(request, networkConnect);
        json(response, await backend.connect(params['id'] ?? '', body));
      },
    },
    {
      method: 'POST',
      path: '/plan/containers/create',
      handle: async ({ query, request, response }) => {
        const body = await jsonBody(request, containerCreate);
        json(response, await backend.container(query.text('name') || undefined, body));
      },
    },
  ];
}
