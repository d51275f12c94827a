import { InvalidParameter } from '../../../base/errors.js';
import { containerCreate } from '../../types/container.js';
import { empty, json } from '../answer.js';
import type { ContainersBackend } from '../backend.js';
import { jsonBody } from '../body.js';
import { modernCreate } from '../older-create.js';
import type { Query } from '../query.js';
import type { Call, Route } from '../router.js';
import { ttySize } from './tty-size.js';

type Verb = (ref: string, call: Call) => Promise<void>;

/** Docker Engine API, tag `Container`, but for the hijacked routes. */
export function containerRoutes(backend: ContainersBackend): Route[] {
  const route = (method: string, path: string, verb: Verb): Route => ({
    method,
    path,
    handle: (call) => verb(call.params['id'] ?? '', call),
  });
  /** A verb that answers 204. */
  const done = (path: string, verb: (ref: string, query: Query) => Promise<void>): Route =>
    route('POST', `/containers/{id*}/${path}`, async (ref, { query, response }) => {
      await verb(ref, query);
      empty(response);
    });
  return [
    route('GET', '/containers/json', (_, call) => list(backend, call)),
    route('POST', '/containers/create', (_, call) => create(backend, call)),
    route('POST', '/containers/prune', async (_, { query, response }) =>
      json(response, await backend.prune(query.filters())),
    ),
    route('GET', '/containers/{id*}/json', async (ref, { query, response }) =>
      json(response, await backend.inspect(ref, query.flag('size'))),
    ),
    route('GET', '/containers/{id*}/top', async (ref, { query, response }) =>
      json(response, await backend.top(ref, query.text('ps_args'))),
    ),
    route('GET', '/containers/{id*}/changes', async (ref, { response }) => {
      const changes = await backend.changes(ref);
      json(response, changes.length > 0 ? changes : null);
    }),
    route('POST', '/containers/{id*}/wait', (ref, call) => wait(backend, ref, call)),
    // With `link=1` it is the name of a link: /web/alias.
    route('DELETE', '/containers/{id*}', async (ref, { query, response }) => {
      const options = {
        force: query.flag('force'),
        volumes: query.flag('v'),
        link: query.flag('link'),
      };
      await backend.remove(ref, options);
      empty(response);
    }),
    done('start', (ref) => backend.start(ref)),
    done('stop', (ref, query) => backend.stop(ref, stopOptions(query))),
    done('restart', (ref, query) => backend.restart(ref, stopOptions(query))),
    done('kill', (ref, query) => backend.kill(ref, query.text('signal'))),
    done('pause', (ref) => backend.pause(ref)),
    done('unpause', (ref) => backend.unpause(ref)),
    done('rename', (ref, query) => backend.rename(ref, query.text('name'))),
    route('POST', '/containers/{id*}/resize', async (ref, { query, response }) => {
      await backend.resize(ref, ttySize(query));
      empty(response, 200);
    }),
  ];
}

async function list(backend: ContainersBackend, { query, response }: Call): Promise<void> {
  const options = {
    all: query.flag('all'),
    limit: query.number('limit') ?? 0,
    size: query.flag('size'),
    filters: query.filters(),
  };
  json(response, await backend.list(options));
}

async function create(
  backend: ContainersBackend,
  { query, request, response, version }: Call,
): Promise<void> {
  const sent = await jsonBody(request, containerCreate);
  const { body, warnings } = modernCreate(sent, version);
  const created = await backend.create(query.text('name') || undefined, body);
  json(response, { ...created, Warnings: [...created.Warnings, ...warnings] }, 201);
}

const conditions = ['not-running', 'next-exit', 'removed'] as const;

/** The headers go out at once, so that the client knows that it won't miss the exit. */
async function wait(
  backend: ContainersBackend,
  ref: string,
  { query, response }: Call,
): Promise<void> {
  const wanted = query.text('condition') || 'not-running';
  const condition = conditions.find((one) => one === wanted);
  if (!condition) throw new InvalidParameter(`invalid condition: "${wanted}"`);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { result } = await backend.wait(ref, condition, gone.signal);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  response.end(`${JSON.stringify(await result)}\n`);
}

function stopOptions(query: Query): { signal?: string; timeoutSeconds?: number } {
  const signal = query.text('signal');
  const timeoutSeconds = query.number('t');
  return { ...(signal && { signal }), ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
}
