import { InvalidParameter } from '../../../base/errors.js';
import { bytes, empty, json, progress } from '../answer.js';
import type { ImagesBackend } from '../backend.js';
import { shownImage, shownImages } from '../older-images.js';
import type { Call, Route } from '../router.js';

/** Docker Engine API, tag `Image`. */
export function imageRoutes(backend: ImagesBackend): Route[] {
  const name = ({ params }: Call) => params['name'] ?? '';
  return [
    { method: 'GET', path: '/images/json', handle: (call) => list(backend, call) },
    { method: 'POST', path: '/images/create', handle: (call) => create(backend, call) },
    {
      method: 'POST',
      path: '/images/load',
      handle: ({ query, request, response }) =>
        progress(
          response,
          (send) => backend.load(request, query.flag('quiet', true), send),
          // As Docker: whatever is wrong with the archive is told as a message of the load.
          { always: true },
        ),
    },
    {
      method: 'GET',
      path: '/images/get',
      handle: (call) => save(backend, call, call.query.texts('names')),
    },
    {
      method: 'POST',
      path: '/images/prune',
      handle: async ({ query, response }) => json(response, await backend.prune(query.filters())),
    },
    {
      method: 'GET',
      path: '/images/{name*}/json',
      handle: async (call) => {
        const image = await backend.inspect(name(call));
        json(call.response, shownImage(image, call.version));
      },
    },
    {
      method: 'GET',
      path: '/images/{name*}/history',
      handle: async (call) => json(call.response, await backend.history(name(call))),
    },
    {
      method: 'GET',
      path: '/images/{name*}/get',
      handle: (call) => save(backend, call, [name(call)]),
    },
    {
      method: 'POST',
      path: '/images/{name*}/tag',
      handle: async (call) => {
        await backend.tag(name(call), call.query.text('repo'), call.query.text('tag'));
        empty(call.response, 201);
      },
    },
    {
      method: 'DELETE',
      path: '/images/{name*}',
      handle: async (call) => {
        const options = { force: call.query.flag('force'), noPrune: call.query.flag('noprune') };
        json(call.response, await backend.remove(name(call), options));
      },
    },
  ];
}

async function list(backend: ImagesBackend, { query, response, version }: Call): Promise<void> {
  const options = {
    all: query.flag('all'),
    filters: query.filters(),
    sharedSize: query.flag('shared-size'),
  };
  json(response, shownImages(await backend.list(options), version));
}

/** Pull and import share a route, as in Docker's API. */
async function create(backend: ImagesBackend, { query, request, response }: Call): Promise<void> {
  const image = query.text('fromImage');
  if (image !== '') {
    const tag = query.text('tag');
    const separator = tag.includes(':') ? '@' : ':';
    const reference = tag === '' ? image : `${image}${separator}${tag}`;
    await progress(response, (send) => backend.pull(reference, send));
    return;
  }
  if (query.text('fromSrc') !== '-') {
    throw new InvalidParameter(
      `cannot import from "${query.text('fromSrc')}": only an archive in the request body (fromSrc=-) is taken`,
    );
  }
  const options = {
    repo: query.text('repo'),
    tag: query.text('tag'),
    message: query.text('message'),
    changes: query.texts('changes'),
    platform: query.text('platform'),
  };
  await progress(response, (send) => backend.import(options, request, send));
}

async function save(
  backend: ImagesBackend,
  { response }: Call,
  names: readonly string[],
): Promise<void> {
  await bytes(response, 'application/x-tar', await backend.save(names));
}
