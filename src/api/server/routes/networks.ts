import { networkConnect, networkCreate, networkDisconnect } from '../../types/network.js';
import { empty, json, jsonText } from '../answer.js';
import type { NetworksBackend } from '../backend.js';
import { jsonBody } from '../body.js';
import type { Call, Route } from '../router.js';
import { compareVersions } from '../version.js';
import { inspectText } from './network-status.js';

/** Docker Engine API, tag `Network`. */
export function networkRoutes(backend: NetworksBackend): Route[] {
  const id = (params: Readonly<Record<string, string>>) => params['id'] ?? '';
  const list = async ({ query, response }: Call) =>
    json(response, await backend.list(query.filters()));
  return [
    { method: 'GET', path: '/networks', handle: list },
    // As in Docker; no other path has a slash at its end.
    { method: 'GET', path: '/networks/', handle: list },
    {
      method: 'POST',
      path: '/networks/create',
      handle: (call) => create(backend, call),
    },
    {
      method: 'POST',
      path: '/networks/prune',
      handle: async ({ query, response }) => json(response, await backend.prune(query.filters())),
    },
    {
      method: 'GET',
      path: '/networks/{id}',
      handle: async ({ params, query, response }) => {
        const options = {
          verbose: query.flag('verbose'),
          scope: query.text('scope'),
          plan: query.flag('plan'),
        };
        jsonText(response, inspectText(await backend.inspect(id(params), options)));
      },
    },
    {
      method: 'DELETE',
      path: '/networks/{id}',
      handle: async ({ params, response }) => {
        await backend.remove(id(params));
        empty(response);
      },
    },
    {
      method: 'POST',
      path: '/networks/{id}/connect',
      handle: async ({ params, request, response }) => {
        await backend.connect(id(params), await jsonBody(request, networkConnect));
        empty(response, 200);
      },
    },
    {
      method: 'POST',
      path: '/networks/{id}/disconnect',
      handle: async ({ params, request, response }) => {
        await backend.disconnect(id(params), await jsonBody(request, networkDisconnect));
        empty(response, 200);
      },
    },
  ];
}

async function create(
  backend: NetworksBackend,
  { request, response, version }: Call,
): Promise<void> {
  const { EnableIPv4, ...body } = await jsonBody(request, networkCreate);
  // Older clients don't know of the field; Docker doesn't read it from them.
  const isKnown = compareVersions(version, '1.48') >= 0;
  json(response, await backend.create({ ...body, ...(isKnown && { EnableIPv4 }) }), 201);
}
