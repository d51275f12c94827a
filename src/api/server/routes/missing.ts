import { NotImplemented, Unavailable } from '../../../base/errors.js';
import { json } from '../answer.js';
import type { Route } from '../router.js';

/** Parts of Docker's API that are known but not there yet, and what they are for. */
const missing: readonly (readonly [method: string, path: string, what: string])[] = [
  ['POST', '/auth', 'logging in to a registry'],
  ['GET', '/images/search', 'searching a registry'],
  ['POST', '/images/{name*}/push', 'pushing to a registry'],
  ['GET', '/distribution/{name*}/json', 'asking a registry'],
  ['POST', '/build', 'building images'],
  ['POST', '/session', 'building images with BuildKit'],
  ['POST', '/containers/{id*}/checkpoints', 'checkpoints'],
  ['GET', '/containers/{id*}/checkpoints', 'checkpoints'],
  ['POST', '/plugins/pull', 'managed plugins'],
];

/** Swarm's objects. Docker says the same when it is not part of a swarm. */
const swarm = ['swarm', 'nodes', 'services', 'tasks', 'secrets', 'configs'];

/** Answers about what there can be none of: lists are empty, nothing is found. Clients ask it in passing. */
const none: readonly Route[] = [
  answer('GET', '/plugins', []),
  answer('POST', '/build/prune', { CachesDeleted: null, SpaceReclaimed: 0 }),
];

function answer(method: string, path: string, body: object): Route {
  return { method, path, handle: async ({ response }) => json(response, body) };
}

/** Routes that say clearly what tsnet doesn't do; an unknown path is a plain 404. */
export function missingRoutes(): Route[] {
  return [
    ...none,
    ...missing.map(([method, path, what]) => ({
      method,
      path,
      handle: async () => {
        throw new NotImplemented(`not available in tsnet yet: ${what} (${method} ${path})`);
      },
    })),
    ...swarm.flatMap((noun) => [
      refuseSwarm('GET', `/${noun}`),
      refuseSwarm('POST', `/${noun}/{verb*}`),
    ]),
  ];
}

function refuseSwarm(method: string, path: string): Route {
  return {
    method,
    path,
    handle: async () => {
      throw new Unavailable('This node is not a swarm manager. tsnet has no swarm mode.');
    },
  };
}
