import { messageOf } from '../../base/errors.js';
import type { Parts } from './parts.js';

/**
 * When neighbours are told of a sandbox's addresses after it has got them. Not at once: the kernel opens a
 * bridge's port for a new link a little after the link is up, and what is said before that reaches nobody.
 */
const delaysMs = [15, 150, 1000];

/**
 * Tells the neighbours of new interfaces which MAC their addresses are at now. Else a container that comes back
 * with its address and another MAC is not reached for the half minute that the kernel trusts what it has learnt.
 */
export class Announcing {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Announces all interfaces of the sandbox, a few times; one that is closed by then is fine. */
  soon(sandboxId: string): void {
    for (const delayMs of delaysMs) this.#parts.later(delayMs, () => this.#announce(sandboxId));
  }

  /** The kernel announces what is set, though it be the same, where the driver switched that on (arp_notify). */
  #announce(sandboxId: string): void {
    const { registry, kernel, logger } = this.#parts;
    const { kind, netnsPath, endpoints = [] } = registry.sandbox(sandboxId)?.record ?? {};
    if (kind?.type !== 'own' || netnsPath === undefined) return;
    try {
      const links = kernel.links(netnsPath);
      for (const { name, mac } of endpoints.map((endpoint) => endpoint.interface)) {
        // One that the container has changed meanwhile is its own affair.
        if (name !== '' && links.link(name)?.mac === mac) links.setLink(name, { mac });
      }
    } catch (error) {
      logger.debug('sandbox not announced', { sandbox: sandboxId, error: messageOf(error) });
    }
  }
}
