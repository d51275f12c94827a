import { Conflict, InvalidParameter, messageOf, NotFound, System } from '../../base/errors.js';
import type { LegacyLink } from '../../cnm/model.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import type { ContainerLink, ContainerRecord } from './model.js';
import { joinedContainer } from './network-mode.js';
import { type ExposedPort, parseExposedPort } from './ports.js';

/** A link as it is written. */
export interface WrittenLink {
  readonly name: string;
  readonly alias: string;
}

/** Reads `name:alias`, or `name`, with or without slashes before both. @throws InvalidParameter in Docker's words */
export function parseLink(text: string): WrittenLink {
  if (text === '') throw new InvalidParameter('empty string specified for links');
  const parts = text.split(':');
  const [name = '', alias = name] = parts.map((part) => part.replace(/^\//, ''));
  if (parts.length > 2 || name === '') throw new InvalidParameter(`bad format for links: ${text}`);
  // As inspect shows it: /db:/web/alias.
  return { name, alias: alias.slice(alias.lastIndexOf('/') + 1) };
}

/**
 * The containers that a new one is linked to, by id, so that renaming them does no harm.
 * @throws InvalidParameter for those that aren't there, or have no network of their own
 */
export function newLinks(context: ContainersContext, links: readonly string[]): ContainerLink[] {
  return links.map(parseLink).map(({ name, alias }) => {
    const target = linkTarget(context, name);
    if (target.record.host.NetworkMode === 'host')
      throw new InvalidParameter(
        "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
      );
    return { id: target.id, alias };
  });
}

/** What the network model is told of a container's links. @throws System in Docker's words where one can't be had */
export function startedLinks(context: ContainersContext, record: ContainerRecord): LegacyLink[] {
  if (!isOnDefault(context, record)) return [];
  return linked(context, record).map(({ container, alias }) => {
    const { name } = container.record;
    if (!container.run)
      throw new System(
        `Cannot link to a non running container: /${name} AS /${record.name}/${alias}`,
      );
    if (!isOnDefault(context, container.record))
      throw new System(`Cannot link to /${name}, as it does not belong to the default network`);
    return { sandboxId: container.id, alias };
  });
}

/** Docker API: `HostConfig.Links` as shown: `/db:/web/alias`. */
export function shownLinks(context: LinkedContainers, record: ContainerRecord): string[] {
  return linked(context, record).map(
    ({ container, alias }) => `/${container.record.name}:/${record.name}/${alias}`,
  );
}

/** By the ids of containers, what others that are linked to them call them: `/web/pg`, `/shop/db`. */
export function linkNames(containers: readonly Container[]): ReadonlyMap<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { record } of containers) {
    for (const { id, alias } of record.links ?? []) {
      const name = `/${record.name}/${alias}`;
      names.set(id, [...(names.get(id) ?? []), name]);
    }
  }
  return names;
}

/** Reads the name of a link, `/web/pg`. @throws Conflict, as Docker, for the name of a container itself */
export function linkNamed(name: string): { parent: string; alias: string } {
  const [parent = '', alias] = name.replace(/^\//, '').split('/');
  if (alias === undefined)
    throw new Conflict('Conflict, cannot remove the default link name of the container');
  return { parent, alias };
}

/** `docker rm --link`: ends a link, at once if the container runs; both containers stay. */
export async function removeLink(
  context: ContainersContext,
  container: Container,
  alias: string,
): Promise<void> {
  const { record } = container;
  const links = (record.links ?? []).filter((link) => link.alias !== alias);
  if (links.length === (record.links ?? []).length)
    throw new NotFound(`No such link: /${record.name}/${alias}`);
  const next = { ...record, links };
  await context.records.save(container.id, next);
  container.record = next;
  if (container.run) await context.networks.unlinkSandbox(container.id, alias);
}

/**
 * The variables by which a container learnt of those it is linked to before there were names; deprecated, and
 * only set where the daemon is told to.
 */
export function linkEnvironment(context: ContainersContext, record: ContainerRecord): string[] {
  if (!isOnDefault(context, record)) return [];
  return linked(context, record).flatMap(({ container, alias }) => {
    const address = context.networks
      .sandbox(container.id)
      ?.endpoints.map((endpoint) => endpoint.interface.ipv4?.split('/')[0])
      .find((one) => one !== undefined);
    if (address === undefined) return [];
    const prefix = alias.toUpperCase().replaceAll('-', '_');
    const { ExposedPorts, Env } = container.record.config;
    const ports = Object.keys(ExposedPorts).map(parseExposedPort).sort(byNumber);
    return [
      ...ports.slice(0, 1).map((port) => `${prefix}_PORT=${urlOf(port, address)}`),
      ...ports.flatMap((port) => portVariables(prefix, port, address)),
      `${prefix}_NAME=/${record.name}/${alias}`,
      ...Env.filter((entry) => entry.includes('=') && !/^(HOME|PATH)=/.test(entry)).map(
        (entry) => `${prefix}_ENV_${entry}`,
      ),
    ];
  });
}

/** What the views need of the containers. */
export interface LinkedContainers {
  readonly registry: Pick<ContainersContext['registry'], 'find'>;
}

function linkTarget(context: ContainersContext, name: string): Container {
  try {
    const found = context.registry.find(name);
    const joined = joinedContainer(found.record.host.NetworkMode);
    return joined === undefined ? found : linkTarget(context, joined);
  } catch (error) {
    if (error instanceof NotFound || error instanceof Conflict)
      // Not "not found": clients would take it for the image.
      throw new InvalidParameter(`could not get container for ${name}: ${messageOf(error)}`);
    throw error;
  }
}

/** Those that are still there. */
function linked({ registry }: LinkedContainers, { links = [] }: ContainerRecord) {
  return links.flatMap(({ id, alias }) => {
    try {
      return [{ container: registry.find(id), alias }];
    } catch (error) {
      if (error instanceof NotFound) return [];
      throw error;
    }
  });
}

function isOnDefault({ networks }: ContainersContext, record: ContainerRecord): boolean {
  const bridge = networks
    .networks()
    .find(({ name, predefined }) => predefined && name === 'bridge');
  return Object.keys(record.networks).some(
    (reference) => reference === 'bridge' || (bridge?.id.startsWith(reference) ?? false),
  );
}

function portVariables(prefix: string, port: ExposedPort, address: string): string[] {
  const name = `${prefix}_PORT_${port.port}_${port.protocol.toUpperCase()}`;
  return [
    `${name}=${urlOf(port, address)}`,
    `${name}_ADDR=${address}`,
    `${name}_PORT=${port.port}`,
    `${name}_PROTO=${port.protocol}`,
  ];
}

function urlOf({ port, protocol }: ExposedPort, address: string): string {
  return `${protocol}://${address}:${port}`;
}

/** The lowest port is the container's main one; of two alike that of TCP. */
function byNumber(a: ExposedPort, b: ExposedPort): number {
  return a.port - b.port || (a.protocol === 'tcp' ? -1 : 1);
}
