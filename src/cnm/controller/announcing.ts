import { messageOf } from '../../base/errors.js';
import { endpointConfig } from '../endpoint-options.js';
import type { EndpointRecord } from '../model.js';
import type { Parts } from './parts.js';

/**
 * When neighbours are first told of an address, after an interface has got it. Not at once: the kernel opens a
 * bridge's port for a new link a little after the link is up, and what is said before that reaches nobody.
 */
const firstDelayMs = 15;

/** Settings that make the kernel tell the neighbours whenever an interface's MAC is set (ip-sysctl.rst). */
const notify = [
  ['ipv4', 'arp_notify'],
  ['ipv6', 'ndisc_notify'],
] as const;

/**
 * Tells the neighbours of interfaces which MAC their addresses are at now. Else a container that comes back with
 * its address and another MAC is not reached for the half minute that the kernel trusts what it has learnt.
 */
export class Announcing {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Announces the sandbox's interfaces, or one of them; one that is gone by then is fine. */
  soon(sandboxId: string, endpointId?: string): void {
    const { registry, later } = this.#parts;
    for (const endpoint of registry.sandbox(sandboxId)?.record.endpoints ?? []) {
      if (endpointId !== undefined && endpoint.id !== endpointId) continue;
      const { advertiseCount, advertiseIntervalMs } = endpointConfig(
        endpoint.request.driverOptions,
      );
      for (let nth = 0; nth < advertiseCount; nth++)
        later(firstDelayMs + nth * advertiseIntervalMs, () =>
          this.#announce(sandboxId, endpoint.id),
        );
    }
  }

  #announce(sandboxId: string, endpointId: string): void {
    const { registry, logger } = this.#parts;
    const { kind, netnsPath, endpoints = [] } = registry.sandbox(sandboxId)?.record ?? {};
    const endpoint = endpoints.find(({ id }) => id === endpointId);
    if (kind?.type !== 'own' || netnsPath === undefined || !endpoint) return;
    try {
      this.#say(netnsPath, endpoint.interface);
    } catch (error) {
      logger.debug('endpoint not announced', { sandbox: sandboxId, error: messageOf(error) });
    }
  }

  /** The kernel says it for every address, when a MAC is set that is the same. */
  #say(netns: string, { name, mac }: EndpointRecord['interface']): void {
    const { kernel } = this.#parts;
    const links = kernel.links(netns);
    // One that the container has changed meanwhile is its own affair.
    if (name === '' || links.link(name)?.mac !== mac) return;
    const sysctls = kernel.sysctls(netns);
    const ours = notify
      .map(([family, key]) => ['net', family, 'conf', name, key])
      .filter((key) => sysctls.read(key)?.trim() === '0');
    for (const key of ours) sysctls.write(key, '1');
    try {
      links.setLink(name, { mac });
    } finally {
      for (const key of ours) sysctls.write(key, '0');
    }
  }
}
