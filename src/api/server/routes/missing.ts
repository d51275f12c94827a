import { NotImplemented, Unavailable } from '../../../base/errors.js';
import type { Route } from '../router.js';

/** Parts of Docker's API that are known but not there yet, and what they are for. */
const missing: readonly (readonly [method: string, path: string, what: string])[] = [
  ['POST', '/auth', 'logging in to a registry'],
  ['GET', '/images/search', 'searching a registry'],
  ['POST', '/images/{name*}/push', 'pushing to a registry'],
  ['GET', '/distribution/{name*}/json', 'asking a registry'],
  ['POST', '/build', 'building images'],
  ['POST', '/session', 'building images with BuildKit'],
  ['POST', '/commit', 'making an image of a container'],
  ['GET', '/containers/{id}/stats', 'container statistics'],
  ['POST', '/containers/{id}/update', 'changing the limits of a container'],
  ['GET', '/containers/{id}/archive', 'copying files out of a container'],
  ['HEAD', '/containers/{id}/archive', 'copying files out of a container'],
  ['PUT', '/containers/{id}/archive', 'copying files into a container'],
  ['GET', '/containers/{id}/attach/ws', 'attaching by a web socket'],
  ['POST', '/containers/{id}/checkpoints', 'checkpoints'],
  ['GET', '/containers/{id}/checkpoints', 'checkpoints'],
  ['GET', '/volumes', 'named volumes'],
  ['GET', '/volumes/{name}', 'named volumes'],
  ['POST', '/volumes/create', 'named volumes'],
  ['POST', '/volumes/prune', 'named volumes'],
  ['DELETE', '/volumes/{name}', 'named volumes'],
  ['GET', '/plugins', 'managed plugins'],
  ['POST', '/plugins/pull', 'managed plugins'],
];

/** Swarm's objects. Docker says the same when it is not part of a swarm. */
const swarm = ['swarm', 'nodes', 'services', 'tasks', 'secrets', 'configs'];

/** Routes that say clearly what tsnet doesn't do; an unknown path is a plain 404. */
export function missingRoutes(): Route[] {
  return [
    ...missing.map(([method, path, what]) => ({
      method,
      path,
      handle: async () => {
        throw new NotImplemented(`${what} is not available in tsnet yet (${method} ${path})`);
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
