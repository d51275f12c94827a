import type { EndpointSettingsInput } from '../../api/types/network.js';
import { Conflict, Forbidden, InvalidParameter, System } from '../../base/errors.js';
import type { NetworkRecord } from '../../cnm/model.js';
import { claimAddresses } from './claims.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import type { ContainerRecord } from './model.js';
import { checkEndpoint } from './network-checks.js';
import { joinedContainer } from './network-mode.js';
import { endpointRequest } from './networking.js';

/** Attaches a container to one more network: at once if it runs, else at its next start. */
export async function connectContainer(
  context: ContainersContext,
  container: Container,
  network: NetworkRecord,
  settings: EndpointSettingsInput,
): Promise<void> {
  checkConnect(context, container, network, settings);
  const endpoint = endpointRequest(settings, '');
  const live = container.run
    ? context.networks.connect(container.id, { network: network.id, endpoint })
    : undefined;
  const key = attachedAs(context, container, network) ?? network.name;
  const networks = { ...container.record.networks, [key]: settings };
  await saveNetworks(context, container, networks, live);
}

/** Takes a container off a network. */
export async function disconnectContainer(
  context: ContainersContext,
  container: Container,
  network: NetworkRecord,
): Promise<void> {
  const key = attachedAs(context, container, network);
  if (network.driver === 'host' && key !== undefined) {
    throw new InvalidParameter(
      'cannot disconnect container from host network - container was created in host network mode',
    );
  }
  if (key === undefined) {
    const which = container.run ? 'network' : 'the network';
    throw new System(`container ${container.id} is not connected to ${which} ${network.name}`);
  }
  const live = container.run ? context.networks.disconnect(container.id, network.id) : undefined;
  await saveNetworks(context, container, without(container, key), live);
}

/**
 * Takes a network that is no longer there out of a container's settings; nothing else is left of it. False, and
 * nothing done, for one that runs, unless it is by force.
 * @param reference as the container was put on it
 * @throws Conflict while the container is being removed, System in Docker's words if it was never on it
 */
export async function forgetNetwork(
  context: ContainersContext,
  container: Container,
  reference: string,
  force: boolean,
): Promise<boolean> {
  if (container.run && !force) return false;
  if (container.removing) throw new Conflict(goingText(container));
  if (!Object.hasOwn(container.record.networks, reference)) {
    throw new System(`container ${container.id} is not connected to the network ${reference}`);
  }
  await saveNetworks(context, container, without(container, reference), undefined);
  return true;
}

function without(container: Container, reference: string): ContainerRecord['networks'] {
  const { [reference]: _, ...rest } = container.record.networks;
  return rest;
}

function goingText({ id }: Container): string {
  return `Container ${id} is marked for removal and cannot be connected or disconnected to the network`;
}

/** Under which of the user's references the container is on the network. */
export function attachedAs(
  context: ContainersContext,
  container: Container,
  network: NetworkRecord,
): string | undefined {
  return Object.keys(container.record.networks).find((reference) => {
    const found = context.networks
      .networks()
      .filter((n) => n.name === reference || n.id.startsWith(reference));
    return found.some((n) => n.id === network.id);
  });
}

/** Undefined where it is gone: a container that doesn't run may be on one that was removed since. */
function networkThere(
  { networks }: ContainersContext,
  reference: string,
): NetworkRecord | undefined {
  const all = networks.networks();
  return (
    all.find(({ name }) => name === reference) ?? all.find(({ id }) => id.startsWith(reference))
  );
}

/** @throws Conflict, Forbidden, InvalidParameter where the container can't be put on the network */
export function checkConnect(
  context: ContainersContext,
  container: Container,
  network: NetworkRecord,
  settings: EndpointSettingsInput,
): void {
  if (container.removing) {
    throw new Conflict(goingText(container));
  }
  if (network.configOnly) {
    throw new Forbidden('cannot create endpoint on configuration-only network');
  }
  if (network.driver === 'host') {
    throw new InvalidParameter(
      'cannot connect container to host network - container must be created in host network mode',
    );
  }
  const others = Object.keys(container.record.networks).flatMap(
    (reference) => networkThere(context, reference) ?? [],
  );
  const shares = joinedContainer(container.record.host.NetworkMode) !== undefined;
  if (shares || others.some((other) => other.driver === 'host')) {
    throw new InvalidParameter(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
  }
  if (network.driver === 'null' || others.some((other) => other.driver === 'null')) {
    throw new InvalidParameter(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
  }
  // One that doesn't run is not attached yet: the new settings take the old ones' place.
  if (container.run && attachedAs(context, container, network) !== undefined) {
    throw new Forbidden(
      `endpoint with name ${container.record.name} already exists in network ${network.name}`,
    );
  }
  checkEndpoint(network, settings);
}

/**
 * Writes the networks down while `live` is done to the running container: neither waits for the other. After a
 * crash between them the next start settles it; where `live` is refused, what was written is taken back.
 */
async function saveNetworks(
  context: ContainersContext,
  container: Container,
  networks: Readonly<Record<string, EndpointSettingsInput>>,
  live: Promise<unknown> | undefined,
): Promise<void> {
  const before = container.record;
  const record = { ...before, networks };
  const [done, saved] = await Promise.allSettled([
    live,
    context.records.save(container.id, record),
  ]);
  if (done.status === 'rejected') {
    if (saved.status === 'fulfilled') await context.records.save(container.id, before);
    throw done.reason;
  }
  if (saved.status === 'rejected') throw saved.reason;
  // Other facts of the record may have changed meanwhile.
  container.record = { ...container.record, networks };
  claimAddresses(context, container);
}
