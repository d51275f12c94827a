import { containerUpdate } from '../../types/container.js';
import { json } from '../answer.js';
import type { UpdateBackend } from '../backends/update.js';
import { jsonBody } from '../body.js';
import type { Route } from '../router.js';

/** Docker Engine API: `ContainerUpdate`. */
export function updateRoutes(backend: UpdateBackend): Route[] {
  return [
    {
      method: 'POST',
      path: '/containers/{id*}/update',
      async handle({ params, request, response }) {
        const wanted = await jsonBody(request, containerUpdate);
        json(response, await backend.update(params['id'] ?? '', wanted));
      },
    },
  ];
}
