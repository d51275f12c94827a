import type { EndpointDrafts } from './endpoint-drafts.js';
import type { Parts } from './parts.js';

/** Follows containers that get another name. */
export class SandboxRenaming {
  readonly #parts: Parts;
  readonly #drafts: EndpointDrafts;

  constructor(parts: Parts, drafts: EndpointDrafts) {
    this.#parts = parts;
    this.#drafts = drafts;
  }

  /** The names of its endpoints change at once. Without an open sandbox there is nothing to do. */
  async rename(id: string, containerName: string): Promise<void> {
    const { registry, names, sandboxStates } = this.#parts;
    const state = registry.sandbox(id);
    if (!state) return;
    const owner = { ...state.record, containerName };
    const endpoints = owner.endpoints.map((endpoint) => ({
      ...endpoint,
      dnsNames: this.#drafts.namesOf(owner, registry.networkOf(endpoint), endpoint.request),
    }));
    const next = { ...state, record: { ...owner, endpoints } };
    registry.setSandbox(next);
    if (owner.kind.type !== 'joined')
      for (const endpoint of endpoints) names.announce(registry.networkOf(endpoint), endpoint);
    await sandboxStates.save(id, next);
  }
}
