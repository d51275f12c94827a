import { messageOf } from '../../base/errors.js';
import { beginUndo } from '../apply.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import { isLeg } from './gateway-leg.js';
import type { LegacyLinks } from './legacy-links.js';
import type { Parts } from './parts.js';
import { type SandboxState, wholePlan } from './records.js';

/** Closes sandboxes. Goes on whatever fails, so that a second attempt finds less to do. */
export class SandboxClosing {
  readonly #parts: Parts;
  readonly #drafts: EndpointDrafts;
  readonly #links: LegacyLinks;

  constructor(parts: Parts, { drafts, links }: { drafts: EndpointDrafts; links: LegacyLinks }) {
    this.#parts = parts;
    this.#drafts = drafts;
    this.#links = links;
  }

  /** Undoes everything of the sandbox; unknown ids are fine. */
  async close(id: string): Promise<void> {
    const { registry, emit, ports, sandboxStates } = this.#parts;
    const state = registry.sandbox(id);
    if (!state) return;
    const { endpoints } = state.record;
    await this.#links.serverGoes(id, endpoints);
    for (const endpoint of endpoints) this.#parts.names.withdraw(endpoint);
    await this.dismantle(state);
    ports.release(id);
    for (const endpoint of endpoints) this.#drafts.release(endpoint);
    const networks = endpoints
      .filter((endpoint) => !isLeg(endpoint))
      .flatMap(({ networkId }) => registry.networkById(networkId) ?? []);
    await sandboxStates.remove(id);
    registry.deleteSandbox(id);
    for (const network of networks) emit({ action: 'disconnect', network, containerId: id });
  }

  /**
   * The kernel's part: cut off at once, then the namespace goes, and the links with it; with another container in it
   * (`--network container:`) the namespace stays, and the links must be taken out. Failures are logged.
   */
  async dismantle(state: SandboxState): Promise<void> {
    const { kernel, names, namespaces, logger } = this.#parts;
    const { id, kind, netnsPath } = state.record;
    const mode = this.#isShared(netnsPath) ? 'now' : 'lazily';
    const { finished } = beginUndo(wholePlan(state), kernel, mode);
    await finished.catch((error) =>
      logger.warn('sandbox not wholly undone', { sandbox: id, error: messageOf(error) }),
    );
    // Flushed flows must be gone before another sandbox gets the address, or its own would go with them.
    await kernel.conntrack.settled();
    // Its sockets would keep the namespace alive.
    await names.stop(id);
    if (kind.type !== 'own' || netnsPath === undefined) return;
    kernel.forget(netnsPath);
    namespaces.remove(netnsPath);
  }

  /** Whoever joined a container that had joined this one is in its namespace, too, and may be left there alone. */
  #isShared(netnsPath: string | undefined): boolean {
    return this.#parts.registry
      .sandboxes()
      .some(({ record }) => record.kind.type === 'joined' && record.netnsPath === netnsPath);
  }
}
