import { FakeClock } from '../../base/clock.js';
import { System } from '../../base/errors.js';
import { countingIds } from '../../base/ids.js';
import { silentLogger } from '../../base/logger.js';
import type { NetworkEvent, SandboxRequest } from '../contract.js';
import type { Driver } from '../driver.js';
import { FakeKernel } from '../fake-kernel.js';
import { Ipam } from '../ipam/ipam.js';
import { dockerLocalPools, ulaPool } from '../ipam/pools.js';
import type { EndpointRecord, NetworkRecord, NetworkRequest, PortBinding } from '../model.js';
import { Controller } from './controller.js';
import { fakeDriver, placeDriver } from './fake-driver.js';
import type { HostPortWish, SandboxView } from './parts.js';
import { predefinedNetworks } from './predefined.js';
import type { HostState, NetworkState, Records, SandboxState } from './records.js';

/** A store whose contents outlive the daemon. Values go through JSON, as on disk. */
class FakeRecords<T> implements Records<T> {
  readonly #stored = new Map<string, string>();
  readonly #gate: (what: string) => void;

  constructor(gate: (what: string) => void) {
    this.#gate = gate;
  }

  values(): T[] {
    return [...this.#stored.values()].map((text) => JSON.parse(text) as T);
  }

  async save(id: string, value: T): Promise<void> {
    this.#gate(`save ${id}`);
    this.#stored.set(id, JSON.stringify(value));
  }

  async remove(id: string): Promise<void> {
    this.#gate(`remove ${id}`);
    this.#stored.delete(id);
  }
}

/**
 * A host with its kernel and disk, on which a controller runs, fails at the call of one's choice, or dies
 * there and is started again.
 */
export class FakeWorld {
  /** Calls to anything outside so far. */
  calls = 0;
  /** The call, counted from 1, that fails; 0 for none. */
  failAt = 0;
  /** Calls that fail whenever they come. */
  failOn: RegExp | undefined;
  /** The call that the daemon doesn't survive: nothing it does from then on has any effect. */
  dieAt = 0;
  /** The daemon's configuration; read when it starts. */
  predefined = predefinedNetworks();
  readonly events: string[] = [];
  /** What was to be done later; tests do it when they like. */
  readonly postponed: { readonly delayMs: number; readonly work: () => void }[] = [];
  /** What linked containers were last said to be, each time that files were adapted. */
  readonly relinked: string[] = [];
  /** The addresses in the hosts file of each sandbox. */
  readonly hosts = new Map<string, readonly string[]>();
  readonly names = new Map<string, readonly string[]>();
  readonly served = new Map<string, SandboxView>();
  readonly kernel: FakeKernel;
  readonly networkRecords: FakeRecords<NetworkRecord>;
  readonly networkStates: FakeRecords<NetworkState>;
  readonly sandboxStates: FakeRecords<SandboxState>;
  readonly hostStates: FakeRecords<HostState>;
  /** They outlive the daemon, so that no name of a link comes twice. */
  readonly #drivers: ReadonlyMap<string, Driver>;
  readonly #ids = countingIds();
  readonly #clock = new FakeClock();
  #dead = false;

  /** `drivers` are there besides the usual ones. */
  constructor(drivers: readonly Driver[] = []) {
    const usual = [fakeDriver(), placeDriver('host', 'host'), placeDriver('null', 'isolated')];
    this.#drivers = new Map([...usual, ...drivers].map((driver) => [driver.name, driver]));
    const gate = (what: string) => this.#pass(what);
    this.kernel = new FakeKernel(gate);
    this.networkRecords = new FakeRecords(gate);
    this.networkStates = new FakeRecords(gate);
    this.sandboxStates = new FakeRecords(gate);
    this.hostStates = new FakeRecords(gate);
  }

  /** A daemon that has come up, with its predefined networks. */
  async start(live: readonly string[] = []): Promise<Controller> {
    this.#dead = false;
    this.dieAt = 0;
    this.failAt = 0;
    this.failOn = undefined;
    this.kernel.loseProcess();
    this.names.clear();
    this.served.clear();
    const controller = this.#controller();
    await controller.restore(new Set(live));
    return controller;
  }

  /** Whether the daemon has died. */
  get dead(): boolean {
    return this.#dead;
  }

  /** All that can leak: the kernel, the stores and the names. */
  state() {
    return {
      kernel: this.kernel.state(),
      networks: this.networkRecords.values().map(({ name }) => name),
      networkStates: this.networkStates.values().map(({ network }) => network.name),
      sandboxes: this.sandboxStates.values().map(({ record, pending }) => ({
        id: record.id,
        networks: record.endpoints.map(({ networkId }) => networkId),
        pending,
      })),
      names: [...this.names],
      served: [...this.served.keys()],
    };
  }

  #pass(what: string): void {
    if (this.#dead) throw new System(`the daemon is dead: ${what}`);
    this.calls++;
    if (this.calls === this.dieAt) this.#dead = true;
    if (this.calls === this.dieAt || this.calls === this.failAt || this.failOn?.test(what))
      throw new System(`made to fail: ${what}`);
  }

  #controller(): Controller {
    const { kernel, networkRecords, networkStates, sandboxStates, hostStates } = this;
    return new Controller({
      drivers: this.#drivers,
      kernel,
      namespaces: this.#namespaces(),
      ipam: new Ipam({ pools: [...dockerLocalPools(), ulaPool(1n)], avoid: () => [] }),
      ports: this.#ports(),
      names: this.#names(),
      files: {
        write: async ({ sandbox }) => {
          this.#pass('write files');
          this.hosts.set(sandbox.id, addressesOf(sandbox.endpoints));
        },
        update: async ({ sandbox: { id } }, { added, removed }) => {
          this.#pass('update files');
          const gone = addressesOf(removed ? [removed] : []);
          const kept = (this.hosts.get(id) ?? []).filter((address) => !gone.includes(address));
          this.hosts.set(id, [...new Set([...kept, ...addressesOf(added ? [added] : [])])]);
        },
        relink: async ({ linked }) => {
          this.#pass('relink files');
          this.relinked.push(linked.map(({ address, names }) => `${address} ${names}`).join('; '));
        },
      },
      networkRecords,
      networkStates,
      sandboxStates,
      hostStates,
      ids: this.#ids,
      clock: { now: () => this.#tick(), monotonicMs: () => this.#clock.monotonicMs() },
      logger: silentLogger,
      emit: (event) => void this.events.push(shown(event)),
      later: (delayMs, work) => void this.postponed.push({ delayMs, work }),
      settings: { netnsFolder: '/netns', predefined: this.predefined },
    });
  }

  #tick(): Date {
    this.#clock.advance(1000);
    return this.#clock.now();
  }

  #namespaces() {
    const { kernel } = this;
    return {
      make: (path: string, users?: string) => {
        this.#pass(`make ${path}`);
        kernel.addNetns(path);
        return users === 'own' ? path.replace('/netns/', '/userns/') : users;
      },
      remove: (path: string) => {
        this.#pass(`unpin ${path}`);
        kernel.removeNetns(path);
      },
      pinned: () => kernel.netnsPaths,
    };
  }

  #ports() {
    const { kernel } = this;
    return {
      reserve: (owner: string, wishes: readonly HostPortWish[]): PortBinding[] => {
        const bindings = wishes.flatMap(({ protocol, containerPort, hostIps, hostPort = 50000 }) =>
          hostIps.map((hostIp) => ({
            protocol,
            containerPort,
            hostIp,
            hostPort: typeof hostPort === 'number' ? hostPort : hostPort.first,
          })),
        );
        kernel.ports.hold(owner, bindings);
        return bindings;
      },
      release: (owner: string) => kernel.ports.release(owner),
    };
  }

  #names() {
    return {
      announce: (_network: NetworkRecord, { id, dnsNames }: EndpointRecord) => {
        this.names.set(id, dnsNames);
      },
      withdraw: ({ id }: EndpointRecord) => {
        this.names.delete(id);
      },
      serve: async (view: SandboxView) => {
        this.#pass('serve names');
        this.served.set(view.sandbox.id, view);
      },
      stop: async (id: string) => {
        this.served.delete(id);
      },
      stopAll: async () => this.served.clear(),
    };
  }
}

/** A request for a network, as a client with no wishes makes it. */
export function networkRequest(name: string, over: Partial<NetworkRequest> = {}): NetworkRequest {
  return {
    name,
    driver: 'bridge',
    enableIPv4: true,
    enableIPv6: false,
    internal: false,
    attachable: false,
    options: {},
    labels: {},
    ipam: { driver: 'default', options: {}, config: [] },
    ...over,
  };
}

/** A request for a sandbox on these networks; `80/tcp` is published on 8080 if `port` is given. */
export function sandboxRequest(
  id: string,
  networks: readonly string[],
  over: Partial<SandboxRequest> = {},
): SandboxRequest {
  return {
    id: id.padEnd(64, '0'),
    kind: { type: 'own' },
    containerName: id,
    hostname: id,
    domainname: '',
    resolver: { servers: [], search: [], options: [], extraHosts: [] },
    files: { hosts: '/h', resolvConf: '/r', hostname: '/n' },
    ports: [],
    attachments: networks.map((network) => attachment(network)),
    ...over,
  };
}

/** Addresses of endpoints, as their hosts file has them. */
export function addressesOf(endpoints: readonly EndpointRecord[]): string[] {
  return endpoints.flatMap(({ interface: { ipv4, ipv6 } }) => [ipv4 ?? [], ipv6 ?? []].flat());
}

/** An attachment without wishes. */
export function attachment(network: string, gatewayPriority = 0) {
  return { network, endpoint: { aliases: [], driverOptions: {}, gatewayPriority } };
}

/** A wish for `80/tcp` on a port of the host; 0 for any. */
export function publish80(hostPort: number) {
  return {
    protocol: 'tcp',
    containerPort: 80,
    hostIp: '',
    hostPort: [hostPort, hostPort],
  } as const;
}

function shown({ action, network, containerId }: NetworkEvent): string {
  return [action, network.name, ...(containerId ? [containerId.replace(/0+$/, '')] : [])].join(' ');
}
