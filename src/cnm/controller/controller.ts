import { KeyedMutex } from '../../base/mutex.js';
import type { Attachment, NetworkController, SandboxRequest } from '../contract.js';
import type { EndpointRecord, NetworkRecord, NetworkRequest, SandboxRecord } from '../model.js';
import { Announcing } from './announcing.js';
import { EndpointConnection } from './endpoint-connect.js';
import { EndpointDisconnection } from './endpoint-disconnect.js';
import { EndpointDrafts } from './endpoint-drafts.js';
import { GatewayMove } from './gateway-move.js';
import { GatewayPlans } from './gateway-plans.js';
import { NetworkCreation } from './networks-create.js';
import { NetworkRemoval } from './networks-remove.js';
import type { Parts, Surroundings } from './parts.js';
import { PendingDeletions } from './pending-deletions.js';
import { PredefinedNetworks } from './predefined-ensure.js';
import { PublishedPorts } from './published-ports.js';
import { Registry } from './registry.js';
import { Restoring } from './restore.js';
import { SandboxClosing } from './sandbox-close.js';
import { SandboxOpening } from './sandbox-open.js';
import { SandboxRenaming } from './sandbox-rename.js';

/** Networks change one at a time: they share subnets, device names and each other's conflicts. */
const networksKey = 'networks';

/** The network model: each verb is a class of its own, this one sees that verbs on one object don't overlap. */
export class Controller implements NetworkController {
  readonly #parts: Parts;
  readonly #mutex = new KeyedMutex();
  readonly #creation: NetworkCreation;
  readonly #removal: NetworkRemoval;
  readonly #opening: SandboxOpening;
  readonly #closing: SandboxClosing;
  readonly #connection: EndpointConnection;
  readonly #disconnection: EndpointDisconnection;
  readonly #renaming: SandboxRenaming;
  readonly #restoring: Restoring;
  readonly #announcing: Announcing;

  constructor(surroundings: Surroundings) {
    const { logger } = surroundings;
    const parts = {
      later: byTimer,
      ...surroundings,
      registry: new Registry(),
      deletions: new PendingDeletions({ logger }),
    };
    const drafts = new EndpointDrafts(parts);
    const gateways = new GatewayPlans(parts, drafts);
    const ports = new PublishedPorts(parts, drafts);
    const move = new GatewayMove(parts, ports);
    this.#parts = parts;
    this.#announcing = new Announcing(parts);
    this.#creation = new NetworkCreation(parts);
    this.#removal = new NetworkRemoval(parts);
    this.#opening = new SandboxOpening(parts, { drafts, gateways, ports });
    this.#closing = new SandboxClosing(parts, drafts);
    this.#connection = new EndpointConnection(parts, { drafts, gateways, move });
    this.#disconnection = new EndpointDisconnection(parts, { drafts, gateways, move });
    this.#renaming = new SandboxRenaming(parts, drafts);
    this.#restoring = new Restoring(parts, {
      creation: this.#creation,
      predefined: new PredefinedNetworks(parts, {
        creation: this.#creation,
        removal: this.#removal,
      }),
      closing: this.#closing,
      drafts,
      gateways,
      ports,
    });
  }

  networks(): readonly NetworkRecord[] {
    return this.#parts.registry.networks();
  }

  network(reference: string): NetworkRecord {
    return this.#parts.registry.network(reference);
  }

  createNetwork(request: NetworkRequest): Promise<NetworkRecord> {
    return this.#mutex.run(networksKey, () => this.#creation.create(request));
  }

  removeNetwork(reference: string): Promise<NetworkRecord> {
    return this.#mutex.run(networksKey, () => this.#removal.remove(reference));
  }

  endpointsOn(networkId: string): readonly { endpoint: EndpointRecord; sandbox: SandboxRecord }[] {
    return this.#parts.registry.endpointsOn(networkId);
  }

  sandbox(id: string): SandboxRecord | undefined {
    return this.#parts.registry.sandbox(id)?.record;
  }

  async openSandbox(request: SandboxRequest): Promise<SandboxRecord> {
    const opened = await this.#mutex.run(request.id, () => this.#opening.open(request));
    this.#announcing.soon(request.id);
    return opened;
  }

  closeSandbox(id: string): Promise<void> {
    return this.#mutex.run(id, () => this.#closing.close(id));
  }

  async connect(sandboxId: string, attachment: Attachment): Promise<EndpointRecord> {
    const connect = () => this.#connection.connect(sandboxId, attachment);
    const endpoint = await this.#mutex.run(sandboxId, connect);
    this.#announcing.soon(sandboxId);
    return endpoint;
  }

  disconnect(sandboxId: string, network: string): Promise<void> {
    return this.#mutex.run(sandboxId, () => this.#disconnection.disconnect(sandboxId, network));
  }

  renameSandbox(id: string, containerName: string): Promise<void> {
    return this.#mutex.run(id, () => this.#renaming.rename(id, containerName));
  }

  restore(live: ReadonlySet<string>): Promise<void> {
    return this.#mutex.run(networksKey, () => this.#restoring.restore(live));
  }

  async shutdown(): Promise<void> {
    await this.#parts.names.stopAll();
    await this.#parts.deletions.all();
    for (const { record } of this.#parts.registry.sandboxes()) this.#parts.ports.release(record.id);
  }
}

function byTimer(delayMs: number, work: () => void): void {
  setTimeout(work, delayMs).unref();
}
