/** What the controller works with: the interfaces that it needs, declared here. */
import type { Clock } from '../../base/clock.js';
import type { Ids } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { NetworkEvent } from '../contract.js';
import type { Driver } from '../driver.js';
import type { Ipam } from '../ipam/ipam.js';
import type { Kernel } from '../kernel.js';
import type {
  EndpointRecord,
  NetworkRecord,
  NetworkRequest,
  PortBinding,
  PortRequest,
  SandboxRecord,
} from '../model.js';
import type { HostPlan } from './host-plan.js';
import type { PendingDeletions } from './pending-deletions.js';
import type { HostState, NetworkState, Records, SandboxState } from './records.js';
import type { Registry } from './registry.js';

/** Namespaces pinned to files. */
export interface Namespaces {
  /**
   * Makes one; its loopback is down. It belongs to the user namespace at the path `users`, to an `own` one, which goes
   * with it, or to the host's. @returns the path of the user namespace @throws Conflict if one is pinned there.
   */
  make(path: string, users?: 'own' | string): string | undefined;
  /** Unpins it, and the user namespace that was made with it; unknown is fine. */
  remove(path: string): void;
  /** Paths of all files in the folder that the daemon pins namespaces in. */
  pinned(): readonly string[];
}

/** A wish for a host port with the host's addresses worked out; all of them get the same port. */
export type HostPortWish = Pick<PortRequest, 'protocol' | 'containerPort'> & {
  readonly hostIps: readonly string[];
  /** Absent: an ephemeral port. */
  readonly hostPort?: number | { readonly first: number; readonly last: number };
  /** With one exact host port: that many consecutive ports, one to one. Default 1. */
  readonly count?: number;
};

/** Chooses host ports and holds them; `kernel.ports` knows what is held here. */
export interface PortChooser {
  /** All or none. @throws with Docker's text where a port is taken. */
  reserve(owner: string, wishes: readonly HostPortWish[]): PortBinding[];
  release(owner: string): void;
}

/** An address of a container that a sandbox is linked to, and what it is called there, the alias first. */
export interface LinkedName {
  readonly address: string;
  readonly names: readonly string[];
}

/** What the resolver and the files of a sandbox are made of. */
export interface SandboxView {
  readonly sandbox: SandboxRecord;
  /** Its endpoints with their networks, in the order in which names are looked up. */
  readonly attachments: readonly {
    readonly endpoint: EndpointRecord;
    readonly network: NetworkRecord;
    readonly resolvesNames: boolean;
  }[];
  /** Whether names that no network knows may be asked of the outside world's servers, from the host. */
  readonly hasGateway: boolean;
  /** What `host-gateway` stands for: the host's addresses on the default bridge. */
  readonly hostGateways: readonly string[];
  /** Names of containers that it is linked to. */
  readonly linked: readonly LinkedName[];
}

/** What has become different about a running sandbox's endpoints. */
export interface EndpointChange {
  readonly added?: EndpointRecord;
  readonly removed?: EndpointRecord;
  /** Names of containers that it is linked to no more. */
  readonly unlinked?: readonly LinkedName[];
}

/** The embedded DNS. */
export interface NameService {
  /** Makes the endpoint's names known on its network. Again: replaces them. */
  announce(network: NetworkRecord, endpoint: EndpointRecord): void;
  /** Forgets the endpoint's names; unknown is fine. */
  withdraw(endpoint: EndpointRecord): void;
  /** Answers at 127.0.0.11 in the sandbox's namespace from now on; if it does already, by the new view. */
  serve(view: SandboxView): Promise<void>;
  /** Stops answering in the sandbox; unknown is fine. */
  stop(sandboxId: string): Promise<void>;
  /** Stops answering everywhere. */
  stopAll(): Promise<void>;
}

/** `/etc/hosts`, `/etc/resolv.conf` and `/etc/hostname` of sandboxes. */
export interface SandboxFileWriter {
  /** Writes all three. */
  write(view: SandboxView): Promise<void>;
  /** Follows linked containers whose addresses have changed, in the lines that are there of them. */
  relink(view: SandboxView): Promise<void>;
  /** Adapts them to a change of the endpoints; what the container's user has edited stays. */
  update(view: SandboxView, change: EndpointChange): Promise<void>;
}

/** What the daemon's configuration says about networks. */
export interface ControllerSettings {
  /** Folder of the namespace files, without slash at the end. It must exist. */
  readonly netnsFolder: string;
  /** The networks that are there without anybody's asking; see `predefined.ts`. */
  readonly predefined: readonly NetworkRequest[];
  /** What `host-gateway` stands for; default: the host's addresses on the default bridge. */
  readonly hostGateways?: readonly string[];
}

/** Everything from outside. */
export interface Surroundings {
  /** By {@link Driver.name}. */
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly kernel: Kernel;
  readonly namespaces: Namespaces;
  readonly ipam: Ipam;
  readonly ports: PortChooser;
  readonly names: NameService;
  readonly files: SandboxFileWriter;
  /** Durable. */
  readonly networkRecords: Records<NetworkRecord>;
  /** Volatile, as is the next one. */
  readonly networkStates: Records<NetworkState>;
  readonly sandboxStates: Records<SandboxState>;
  readonly hostStates: Records<HostState>;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly emit: (event: NetworkEvent) => void;
  readonly settings: ControllerSettings;
  /** Does something a little later, unless the process ends before. Default: by a timer. */
  readonly later?: (delayMs: number, work: () => void) => void;
}

/** The surroundings and what the controller itself remembers. */
export interface Parts extends Surroundings {
  readonly registry: Registry;
  readonly deletions: PendingDeletions;
  readonly host: HostPlan;
  readonly later: NonNullable<Surroundings['later']>;
}
