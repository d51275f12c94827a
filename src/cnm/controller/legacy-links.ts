import { applyPrepared, prepare, undoAtOnce } from '../apply.js';
import type { EndpointRecord, SandboxRecord } from '../model.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import type { Exclusive } from './endpoint-remains.js';
import { isNameless } from './linked-names.js';
import type { Parts } from './parts.js';
import type { LinkState, SandboxState } from './records.js';
import { viewOf } from './views.js';

/**
 * Links between containers of the default bridge (`--link`): who is linked to knows nothing of it, so its clients
 * are looked after when it comes, goes or changes its address. A link leads from a newer container to an older
 * one, so holding the server while its clients are changed can't come to a circle.
 */
export class LegacyLinks {
  readonly #parts: Parts;
  readonly #drafts: EndpointDrafts;
  readonly #exclusive: Exclusive;

  constructor(parts: Parts, drafts: EndpointDrafts, exclusive: Exclusive) {
    this.#parts = parts;
    this.#drafts = drafts;
    this.#exclusive = exclusive;
  }

  /** Makes the rules of a sandbox's own links fit those who are there. Nobody else may be changing it. */
  async refresh(sandboxId: string): Promise<void> {
    const state = this.#parts.registry.sandbox(sandboxId);
    if (!state || [...(state.record.links ?? []), ...(state.links ?? [])].length === 0) return;
    const wanted = this.#wanted(state.record);
    const kept = (state.links ?? []).filter((link) => wanted.some((other) => isSame(link, other)));
    const fresh = wanted.filter((link) => !kept.some((other) => isSame(link, other)));
    await this.#change(state, kept, fresh);
  }

  /** Ends a sandbox's links of this alias. Nobody else may be changing it; without an open sandbox there is nothing to do. */
  async unlink(sandboxId: string, alias: string): Promise<void> {
    const { registry, files } = this.#parts;
    const state = registry.sandbox(sandboxId);
    if (!state) return;
    const { linked } = viewOf(state, this.#parts, this.#drafts);
    const links = (state.record.links ?? []).filter((link) => link.alias !== alias);
    const next = { ...state, record: { ...state.record, links } };
    registry.setSandbox(next);
    await this.#parts.sandboxStates.save(sandboxId, next);
    await this.refresh(sandboxId);
    const unlinked = linked.filter(({ names }) => names[0] === alias);
    await files.update(viewOf(next, this.#parts, this.#drafts), { unlinked });
  }

  /** For those who are linked to this sandbox, once it is there or has another address. */
  async serverCame(sandboxId: string): Promise<void> {
    const { files, registry } = this.#parts;
    for (const clientId of this.#clientsOf(sandboxId))
      await this.#exclusive(clientId, async () => {
        await this.refresh(clientId);
        const state = registry.sandbox(clientId);
        if (state) await files.relink(viewOf(state, this.#parts, this.#drafts));
      });
  }

  /** The same before it gives its addresses back: nobody else may be reached by them. */
  async serverGoes(sandboxId: string, endpoints: readonly EndpointRecord[]): Promise<void> {
    const ids = endpoints.map(({ id }) => id);
    for (const clientId of this.#clientsOf(sandboxId))
      await this.#exclusive(clientId, async () => {
        const state = this.#parts.registry.sandbox(clientId);
        if (!state) return;
        const kept = (state.links ?? []).filter(({ server }) => !ids.includes(server));
        await this.#change(state, kept, []);
      });
  }

  #wanted({ id, links = [], endpoints }: SandboxRecord): LinkState[] {
    const { registry, kernel } = this.#parts;
    const client = endpoints.find(isNameless);
    if (!client) return [];
    const network = registry.networkOf(client);
    const servers = new Set(links.map(({ sandboxId }) => sandboxId).filter((one) => one !== id));
    return [...servers].flatMap((sandboxId) => {
      const there = registry.sandbox(sandboxId)?.record;
      const server = there?.endpoints.find(({ networkId }) => networkId === network.id);
      const exposed = there?.exposed ?? [];
      if (!server || exposed.length === 0) return [];
      const plan = this.#drafts.driverOf(network).planLink?.(network, { client, server }, exposed);
      if (!plan || plan.length === 0) return [];
      return [{ client: client.id, server: server.id, plan: prepare(plan, kernel) }];
    });
  }

  async #change(
    state: SandboxState,
    kept: readonly LinkState[],
    fresh: readonly LinkState[],
  ): Promise<void> {
    const { kernel, registry, sandboxStates, logger } = this.#parts;
    const gone = (state.links ?? []).filter((link) => !kept.includes(link));
    if (gone.length === 0 && fresh.length === 0) return;
    const failures = gone.flatMap(({ plan }) => undoAtOnce(plan, kernel));
    if (failures.length > 0) logger.warn('links not wholly undone', { failures });
    const next = { ...state, links: [...kept, ...fresh] };
    registry.setSandbox(next);
    await sandboxStates.save(state.record.id, next);
    for (const { plan } of fresh) applyPrepared(plan, kernel);
  }

  #clientsOf(sandboxId: string): string[] {
    return this.#parts.registry
      .sandboxes()
      .filter(({ record }) => record.links?.some((link) => link.sandboxId === sandboxId))
      .map(({ record }) => record.id);
  }
}

function isSame(a: LinkState, b: LinkState): boolean {
  return a.client === b.client && a.server === b.server;
}
