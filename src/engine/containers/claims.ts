import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { endpointRequest } from './networking.js';

/** Has the container's static addresses kept for it, as its record says now: also while it doesn't run. */
export function claimAddresses(context: ContainersContext, { id, record }: Container): void {
  const attachments = Object.entries(record.networks).map(([network, settings]) => ({
    network,
    endpoint: endpointRequest(settings, ''),
  }));
  context.networks.claimAddresses({ id, name: record.name }, attachments);
}

/** Gives them up, for a container that is no more. */
export function giveUpAddresses(context: ContainersContext, { id, record }: Container): void {
  context.networks.claimAddresses({ id, name: record.name }, []);
}
