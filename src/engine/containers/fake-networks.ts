import { Conflict, Forbidden, NotFound } from '../../base/errors.js';
import type {
  Attachment,
  NetworkController,
  NetworkPlanning,
  PlannedStep,
  SandboxRequest,
} from '../../cnm/contract.js';
import type { SubnetStatus } from '../../cnm/ipam/allocator.js';
import type {
  EndpointRecord,
  NetworkRecord,
  NetworkRequest,
  SandboxRecord,
} from '../../cnm/model.js';

/** A network as it is stored; `over` says what is special about it. */
export function fakeNetwork(name: string, over: Partial<NetworkRecord> = {}): NetworkRecord {
  return {
    id: `${Buffer.from(name).toString('hex')}`.padEnd(64, '0'),
    name,
    driver: 'bridge',
    created: '2026-01-01T00:00:00.000Z',
    scope: 'local',
    predefined: false,
    enableIPv4: true,
    enableIPv6: false,
    internal: false,
    attachable: false,
    options: {},
    labels: {},
    ipam: { driver: 'default', options: {}, config: [] },
    subnets: [],
    ...over,
  };
}

/** Networks in memory, and the sandboxes that are open. */
export class FakeNetworks implements NetworkController {
  readonly sandboxes = new Map<string, SandboxRecord>();
  /** Name of the network whose removal fails. */
  refuseRemovalOf = '';
  /** How full networks are, by id. */
  readonly status = new Map<string, ReadonlyMap<string, SubnetStatus>>();
  /** Addresses that are kept for containers, by their names. */
  readonly claimed = new Map<string, readonly string[]>();
  /** The names that running containers were told to have. */
  readonly renamed: string[] = [];
  restored: ReadonlySet<string> | undefined;
  readonly #networks: NetworkRecord[];
  readonly #gate: (what: string) => void;
  #addresses = 1;

  constructor(gate: (what: string) => void) {
    this.#gate = gate;
    this.#networks = [
      fakeNetwork('bridge', { predefined: true }),
      fakeNetwork('host', { predefined: true, driver: 'host' }),
      fakeNetwork('none', { predefined: true, driver: 'null' }),
    ];
  }

  networks(): readonly NetworkRecord[] {
    return this.#networks;
  }

  network(reference: string): NetworkRecord {
    const found = this.#networks.find((n) => n.name === reference || n.id.startsWith(reference));
    if (!found) throw new NotFound(`network ${reference} not found`);
    return found;
  }

  /** As with `--bridge none`. */
  dropDefault(): void {
    this.#networks.shift();
  }

  /** Adds a network as it is. */
  add(network: NetworkRecord): NetworkRecord {
    this.#networks.push(network);
    return network;
  }

  async createNetwork(request: NetworkRequest): Promise<NetworkRecord> {
    if (this.#networks.some((n) => n.name === request.name)) {
      throw new Conflict(`network with name ${request.name} already exists`);
    }
    return this.add(fakeNetwork(request.name, request));
  }

  async removeNetwork(reference: string): Promise<NetworkRecord> {
    const network = this.network(reference);
    if (network.name === this.refuseRemovalOf) throw new Forbidden(`${network.name} is in use`);
    if (network.predefined) throw new Forbidden(`${network.name} is a pre-defined network`);
    this.#networks.splice(this.#networks.indexOf(network), 1);
    return network;
  }

  subnetStatus(networkId: string): ReadonlyMap<string, SubnetStatus> {
    return this.status.get(networkId) ?? new Map();
  }

  /** What was planned, in words. */
  readonly planned: string[] = [];

  readonly planning: NetworkPlanning = {
    network: async ({ name }) => this.#plan(`network ${name}`),
    connect: async (sandboxId, { network }) => this.#plan(`connect ${sandboxId} to ${network}`),
    sandbox: async ({ containerName }) => this.#plan(`sandbox ${containerName}`),
    applied: () => [],
  };

  planOf(): [] {
    return [];
  }

  claimAddresses({ name }: { id: string; name: string }, attachments: readonly Attachment[]): void {
    const addresses = attachments.flatMap(({ endpoint: { ipv4, ipv6 } }) => [ipv4, ipv6]);
    this.claimed.set(
      name,
      addresses.filter((address) => address !== undefined),
    );
  }

  endpointsOn(networkId: string): readonly { endpoint: EndpointRecord; sandbox: SandboxRecord }[] {
    return [...this.sandboxes.values()].flatMap((sandbox) =>
      sandbox.endpoints
        .filter((endpoint) => endpoint.networkId === networkId)
        .map((endpoint) => ({ endpoint, sandbox })),
    );
  }

  sandbox(id: string): SandboxRecord | undefined {
    return this.sandboxes.get(id);
  }

  async openSandbox({ attachments, ...request }: SandboxRequest): Promise<SandboxRecord> {
    this.#gate('networks.openSandbox');
    const endpoints = attachments.map((attachment) => this.#endpoint(request.id, attachment));
    const netnsPath = request.kind.type === 'host' ? {} : { netnsPath: `/netns/${request.id}` };
    const sandbox = { ...request, ...netnsPath, endpoints };
    this.sandboxes.set(request.id, sandbox);
    return sandbox;
  }

  async publishPorts(): Promise<void> {
    this.#gate('networks.publishPorts');
  }

  async closeSandbox(id: string): Promise<void> {
    this.#gate('networks.closeSandbox');
    this.sandboxes.delete(id);
  }

  async connect(id: string, attachment: Attachment): Promise<EndpointRecord> {
    this.#gate('networks.connect');
    const endpoint = this.#endpoint(id, attachment);
    this.#change(id, (endpoints) => [...endpoints, endpoint]);
    return endpoint;
  }

  async disconnect(id: string, network: string): Promise<void> {
    this.#gate('networks.disconnect');
    const gone = this.network(network).id;
    this.#change(id, (endpoints) => endpoints.filter((e) => e.networkId !== gone));
  }

  async unlinkSandbox(id: string, alias: string): Promise<void> {
    this.#gate(`networks.unlinkSandbox ${alias}`);
    const sandbox = this.sandboxes.get(id);
    const links = sandbox?.links?.filter((link) => link.alias !== alias) ?? [];
    if (sandbox) this.sandboxes.set(id, { ...sandbox, links });
  }

  async renameSandbox(id: string, containerName: string): Promise<void> {
    this.renamed.push(`${id.slice(-1)} ${containerName}`);
    const sandbox = this.sandboxes.get(id);
    if (sandbox) this.sandboxes.set(id, { ...sandbox, containerName });
  }

  async restore(live: ReadonlySet<string>): Promise<void> {
    this.restored = live;
    for (const id of this.sandboxes.keys()) if (!live.has(id)) this.sandboxes.delete(id);
  }

  async shutdown(): Promise<void> {}

  #plan(what: string): PlannedStep[] {
    this.planned.push(what);
    return [];
  }

  #change(
    id: string,
    change: (endpoints: readonly EndpointRecord[]) => readonly EndpointRecord[],
  ): void {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) throw new NotFound(`no sandbox ${id}`);
    this.sandboxes.set(id, { ...sandbox, endpoints: change(sandbox.endpoints) });
  }

  #endpoint(sandboxId: string, { network, endpoint: request }: Attachment): EndpointRecord {
    const { id: networkId } = this.network(network);
    const host = ++this.#addresses;
    return {
      id: `e${host}`,
      networkId,
      sandboxId,
      request,
      interface: {
        name: 'eth0',
        mac: request.mac ?? `02:42:ac:11:00:0${host}`,
        ipv4: `${request.ipv4 ?? `172.17.0.${host}`}/16`,
        gateway4: '172.17.0.1',
      },
      dnsNames: [],
      bindings: [],
      plan: [],
      portPlan: [],
    };
  }
}
