import { Forbidden, NotFound } from '../../base/errors.js';
import type { NetworkRecord, NetworkRequest, SwarmWishes } from '../model.js';

/**
 * Refuses what configuration-only networks, and those that are made from one, can't have.
 * @throws Forbidden in Docker's words
 */
export function checkConfiguration(request: NetworkRequest & SwarmWishes): void {
  if (request.configOnly) checkConfigOnly(request);
  if (request.configFrom) checkConfigFrom(request);
}

function checkConfigOnly({ internal, attachable, ingress, scope }: NetworkRequest & SwarmWishes) {
  if (ingress || internal || attachable || scope)
    throw new Forbidden(
      'configuration network can only contain network specific fields. ' +
        'Network operator fields like [ ingress | internal | attachable | scope ] are not supported.',
    );
}

function checkConfigFrom(request: NetworkRequest): void {
  const { ipam, labels, options } = request;
  if (request.configOnly)
    throw new Forbidden('a configuration network cannot depend on another configuration network');
  const isPlain =
    ['', 'default'].includes(ipam.driver) &&
    ipam.config.length === 0 &&
    request.enableIPv4 &&
    !request.enableIPv6;
  if (!isPlain || isFilled(labels) || isFilled(ipam.options))
    throw new Forbidden(
      'user-specified configurations are not supported if the network depends on a configuration network',
    );
  if (isFilled(options))
    throw new Forbidden(
      'network driver options are not supported if the network depends on a configuration network',
    );
}

/**
 * The request with the settings of the configuration network that it names, if it names one.
 * @throws NotFound where there is no such configuration network
 */
export function withConfiguration(
  request: NetworkRequest,
  named: (name: string) => NetworkRecord | undefined,
): NetworkRequest {
  if (!request.configFrom) return request;
  const source = named(request.configFrom);
  if (!source?.configOnly)
    throw new NotFound(`configuration network "${request.configFrom}" does not exist`);
  const { enableIPv4, enableIPv6, labels, options, ipam } = source;
  return { ...request, enableIPv4, enableIPv6, labels, options, ipam };
}

/**
 * Refuses what there is no swarm for.
 * @throws Forbidden in Docker's words
 */
export function refuseSwarm({ scope = '', ingress = false }: SwarmWishes): void {
  if (ingress) throw new Forbidden('Ingress network can only be global scope network');
  if (!['', 'local'].includes(scope))
    throw new Forbidden('cannot create a swarm scoped network when swarm is not active');
}

function isFilled(map: Readonly<Record<string, string>>): boolean {
  return Object.keys(map).length > 0;
}
