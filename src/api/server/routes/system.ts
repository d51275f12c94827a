import type { ServerResponse } from 'node:http';
import { InvalidParameter } from '../../../base/errors.js';
import { json, jsonLines } from '../answer.js';
import type { SystemBackend } from '../backend.js';
import type { Call, Route } from '../router.js';
import { apiVersion } from '../version.js';

/** Docker Engine API, tag `System`. */
export function systemRoutes(backend: SystemBackend): Route[] {
  const ping = async ({ response }: Call) => sendPing(response);
  return [
    { method: 'GET', path: '/_ping', handle: ping },
    { method: 'HEAD', path: '/_ping', handle: ping },
    {
      method: 'GET',
      path: '/version',
      handle: async ({ response }) => json(response, await backend.version()),
    },
    {
      method: 'GET',
      path: '/info',
      handle: async ({ response }) => json(response, await backend.info()),
    },
    {
      method: 'GET',
      path: '/system/df',
      handle: async ({ query, response }) =>
        json(response, await backend.diskUsage(query.texts('type'))),
    },
    { method: 'GET', path: '/events', handle: (call) => events(backend, call) },
  ];
}

function sendPing(response: ServerResponse): void {
  response.writeHead(200, {
    'Api-Version': apiVersion,
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': 2,
  });
  response.end('OK');
}

async function events(backend: SystemBackend, { query, response }: Call): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const since = query.time('since');
  const until = query.time('until');
  if (since !== undefined && until !== undefined && until < since) {
    throw new InvalidParameter(
      `\`since\` time (${query.text('since')}) cannot be after \`until\` time (${query.text('until')})`,
    );
  }
  const stream = backend.events({
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    filters: query.filters(),
    signal: gone.signal,
  });
  await jsonLines(response, stream);
}
