import { KeyedMutex } from '../../base/mutex.js';
import type {
  Attachment,
  NetworkController,
  NetworkPlanning,
  SandboxRequest,
} from '../contract.js';
import type { SubnetStatus } from '../ipam/allocator.js';
import type { Holder } from '../ipam/holders.js';
import type {
  EndpointRecord,
  NetworkRecord,
  NetworkRequest,
  SandboxRecord,
  SwarmWishes,
} from '../model.js';
import type { AppliedPlan } from '../plan.js';
import { AddressClaims } from './address-claims.js';
import { Announcing } from './announcing.js';
import { EndpointConnection } from './endpoint-connect.js';
import { EndpointDisconnection } from './endpoint-disconnect.js';
import { EndpointDrafts } from './endpoint-drafts.js';
import { EndpointRemains } from './endpoint-remains.js';
import { GatewayLegs } from './gateway-leg.js';
import { GatewayMove } from './gateway-move.js';
import { GatewayPlans } from './gateway-plans.js';
import { HostPlan } from './host-plan.js';
import { LegacyLinks } from './legacy-links.js';
import { NetworkCreation } from './networks-create.js';
import { NetworkRemoval } from './networks-remove.js';
import type { Parts, Surroundings } from './parts.js';
import { PendingDeletions } from './pending-deletions.js';
import { Planning } from './planning/planning.js';
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
  readonly #claims: AddressClaims;
  readonly #links: LegacyLinks;

  readonly planning: NetworkPlanning;

  /** `registry` is for a controller that goes on from what another knows. */
  constructor(surroundings: Surroundings, registry = new Registry()) {
    const { logger } = surroundings;
    const parts = {
      later: byTimer,
      ...surroundings,
      registry,
      deletions: new PendingDeletions({ logger }),
      host: new HostPlan(surroundings),
    };
    this.planning = new Planning(
      surroundings,
      registry,
      (other, copy) => new Controller(other, copy),
    );
    const drafts = new EndpointDrafts(parts);
    const gateways = new GatewayPlans(parts, drafts);
    const ports = new PublishedPorts(parts, drafts);
    const move = new GatewayMove(parts, ports);
    this.#parts = parts;
    this.#announcing = new Announcing(parts);
    this.#claims = new AddressClaims(parts);
    this.#creation = new NetworkCreation(parts);
    this.#removal = new NetworkRemoval(parts);
    const exclusive = (id: string, work: () => Promise<void>) => this.#mutex.run(id, work);
    const links = new LegacyLinks(parts, drafts, exclusive);
    const legs = new GatewayLegs(parts, { drafts, create: (request) => this.#gateway(request) });
    const remains = new EndpointRemains(parts, exclusive);
    this.#links = links;
    this.#opening = new SandboxOpening(parts, { drafts, gateways, ports, legs, links });
    this.#closing = new SandboxClosing(parts, { drafts, links });
    const tools = { drafts, gateways, move, legs, links, remains };
    this.#connection = new EndpointConnection(parts, tools);
    this.#disconnection = new EndpointDisconnection(parts, tools);
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
      links,
      announcing: this.#announcing,
    });
  }

  networks(): readonly NetworkRecord[] {
    return this.#parts.registry.networks();
  }

  network(reference: string): NetworkRecord {
    return this.#parts.registry.network(reference);
  }

  async createNetwork(request: NetworkRequest & SwarmWishes): Promise<NetworkRecord> {
    const network = await this.#mutex.run(networksKey, () => this.#creation.create(request));
    this.#claims.networkCame();
    return network;
  }

  async removeNetwork(reference: string): Promise<NetworkRecord> {
    const network = await this.#mutex.run(networksKey, () => this.#removal.remove(reference));
    this.#claims.networkWent(network.id);
    return network;
  }

  subnetStatus(networkId: string): ReadonlyMap<string, SubnetStatus> {
    return this.#parts.ipam.space(networkId)?.status() ?? new Map();
  }

  claimAddresses(holder: Holder, attachments: readonly Attachment[]): void {
    this.#claims.set(holder, attachments);
  }

  planOf(networkId: string): AppliedPlan {
    return this.#parts.registry.networkState(networkId)?.plan ?? [];
  }

  endpointsOn(networkId: string): readonly { endpoint: EndpointRecord; sandbox: SandboxRecord }[] {
    return this.#parts.registry.endpointsOn(networkId);
  }

  sandbox(id: string): SandboxRecord | undefined {
    return this.#parts.registry.sandbox(id)?.record;
  }

  async openSandbox(
    request: SandboxRequest,
    { publish } = { publish: true },
  ): Promise<SandboxRecord> {
    const opened = await this.#mutex.run(request.id, async () => {
      const record = await this.#opening.open(request, publish);
      await this.#links.serverCame(request.id);
      return record;
    });
    this.#announcing.soon(request.id);
    return opened;
  }

  publishPorts(id: string): Promise<void> {
    return this.#mutex.run(id, () => this.#opening.publish(id));
  }

  closeSandbox(id: string): Promise<void> {
    return this.#mutex.run(id, () => this.#closing.close(id));
  }

  async connect(sandboxId: string, attachment: Attachment): Promise<EndpointRecord> {
    const endpoint = await this.#mutex.run(sandboxId, async () => {
      const connected = await this.#connection.connect(sandboxId, attachment);
      await this.#links.serverCame(sandboxId);
      return connected;
    });
    this.#announcing.soon(sandboxId, endpoint.id);
    return endpoint;
  }

  disconnect(sandboxId: string, network: string): Promise<void> {
    return this.#mutex.run(sandboxId, () => this.#disconnection.disconnect(sandboxId, network));
  }

  unlinkSandbox(id: string, alias: string): Promise<void> {
    return this.#mutex.run(id, () => this.#links.unlink(id, alias));
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

  /** The gateway network: the one that is there, or a new one. */
  #gateway(request: NetworkRequest): Promise<NetworkRecord> {
    return this.#mutex.run(networksKey, () => {
      const there = this.networks().find(({ name }) => name === request.name);
      return there ?? this.#creation.create(request);
    });
  }
}

function byTimer(delayMs: number, work: () => void): void {
  setTimeout(work, delayMs).unref();
}
