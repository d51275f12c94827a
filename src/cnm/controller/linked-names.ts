import type { SandboxRecord } from '../model.js';
import type { LinkedName } from './parts.js';

/**
 * What a sandbox calls those that it is linked to: by alias, by their hostname, and by the container's name.
 * A server on several networks without names is meant by its first address there, as it is the only one.
 */
export function linkedNames(
  { links = [], withoutIPv6 }: SandboxRecord,
  servers: readonly SandboxRecord[],
): LinkedName[] {
  return links.flatMap(({ sandboxId, alias }) => {
    const server = servers.find(({ id }) => id === sandboxId);
    const link = server?.endpoints.find(isNameless)?.interface;
    if (!server || !link) return [];
    const { hostname, containerName } = server;
    const names = [...new Set([alias, hostname, containerName])].filter((name) => name !== '');
    const wanted = withoutIPv6 ? [link.ipv4] : [link.ipv4, link.ipv6];
    return wanted.flatMap((text) =>
      text === undefined ? [] : [{ address: text.split('/')[0] ?? '', names }],
    );
  });
}

/** Whether the endpoint is where links work: on a network without names, which is the default bridge. */
export function isNameless(endpoint: SandboxRecord['endpoints'][number]): boolean {
  return (
    endpoint.name === undefined &&
    endpoint.dnsNames.length === 0 &&
    endpoint.interface.hostName !== undefined
  );
}
