/** What the rest of the engine asks of the network model. `controller/` implements it. */

import type { SubnetStatus } from './ipam/allocator.js';
import type { Holder } from './ipam/holders.js';
import type {
  EndpointRecord,
  EndpointRequest,
  NetworkRecord,
  NetworkRequest,
  SandboxRecord,
  SwarmWishes,
} from './model.js';
import type { AppliedPlan, Step } from './plan.js';

/** One network that a sandbox is to be on. */
export interface Attachment {
  /** Name, id or unique id prefix. */
  readonly network: string;
  readonly endpoint: EndpointRequest;
}

/** A sandbox to open, with all its attachments: it opens whole or not at all. */
export interface SandboxRequest
  extends Omit<SandboxRecord, 'endpoints' | 'netnsPath' | 'usernsPath'> {
  /** The user namespace: one of its own, or that of another sandbox, by its id; absent: the host's. */
  readonly users?: 'own' | { readonly of: string };
  readonly attachments: readonly Attachment[];
}

/** Something that happened to a network. Docker API: events of type `network`. */
export interface NetworkEvent {
  readonly action: 'create' | 'destroy' | 'connect' | 'disconnect' | 'prune';
  readonly network: NetworkRecord;
  /** The container, for connect and disconnect. */
  readonly containerId?: string;
}

/** A step of a plan, to be looked at. */
export interface PlannedStep {
  /** Undone where something that stands is in the way, such as the default route through another network. */
  readonly verb: 'do' | 'undo';
  readonly step: Step;
  /** In words, to follow `to`: `create bridge br-4f1a0c2b9d3e`. */
  readonly what: string;
  /** Where: `host`, or the file of a namespace; absent for the host as a whole. */
  readonly netns?: string;
  /** It stands there already, and would only be used. */
  readonly isThere?: boolean;
  /** In the firewall's own language, for its steps. */
  readonly commands: readonly string[];
}

/** What verbs would do to the kernel. Nothing is done; they throw what the verbs throw. */
export interface NetworkPlanning {
  network(request: NetworkRequest & SwarmWishes): Promise<PlannedStep[]>;
  connect(sandboxId: string, attachment: Attachment): Promise<PlannedStep[]>;
  sandbox(request: SandboxRequest): Promise<PlannedStep[]>;
  /** The same for what was done. */
  applied(plan: AppliedPlan): PlannedStep[];
}

/** Networks, sandboxes and endpoints, and what may be done to them. Operations on one object don't overlap. */
export interface NetworkController {
  /** All networks, oldest first. */
  networks(): readonly NetworkRecord[];
  /**
   * By full id, then exact name, then unique id prefix.
   * @throws NotFound `network X not found`; InvalidParameter `network X is ambiguous (N matches found based on name)`
   */
  network(reference: string): NetworkRecord;
  /** @throws Conflict `network with name X already exists`, and what the driver and IPAM refuse. */
  createNetwork(request: NetworkRequest & SwarmWishes): Promise<NetworkRecord>;
  /** @throws Forbidden for predefined networks and those with active endpoints. */
  removeNetwork(reference: string): Promise<NetworkRecord>;
  /** How full the subnets of a network are, by CIDR. Docker API: `Status.IPAM.Subnets`. */
  subnetStatus(networkId: string): ReadonlyMap<string, SubnetStatus>;
  /**
   * Keeps the static addresses of a container for it, whether it runs or not, instead of those that were kept
   * for it before; none gives all of them up. An address that another container has is kept for later: it is
   * refused where it is wanted, not here. Networks that aren't there yet are no obstacle.
   */
  claimAddresses(holder: Holder, attachments: readonly Attachment[]): void;
  /** What was done to the host for the network. */
  planOf(networkId: string): AppliedPlan;
  /** What would be done, and what was, to be looked at. */
  readonly planning: NetworkPlanning;
  /** Endpoints on a network with the sandbox each belongs to. */
  endpointsOn(networkId: string): readonly { endpoint: EndpointRecord; sandbox: SandboxRecord }[];

  /** The sandbox of a container, if it has one open. */
  sandbox(id: string): SandboxRecord | undefined;
  /** `publish: false` leaves its ports to {@link publishPorts}, which may take a while if there are many. */
  openSandbox(request: SandboxRequest, how?: { readonly publish: boolean }): Promise<SandboxRecord>;
  /** Publishes the ports of a sandbox that was opened without. One where it fails is to be closed. */
  publishPorts(id: string): Promise<void>;
  /** Undoes everything of the sandbox; unknown ids are fine. Ports and addresses are free when it resolves. */
  closeSandbox(id: string): Promise<void>;
  connect(sandboxId: string, attachment: Attachment): Promise<EndpointRecord>;
  disconnect(sandboxId: string, network: string): Promise<void>;
  /** Ends a legacy link, by the alias that the server has in this sandbox; unknown ones are fine. */
  unlinkSandbox(id: string, alias: string): Promise<void>;
  /** Called once the container's name has changed. */
  renameSandbox(id: string, containerName: string): Promise<void>;

  /**
   * After a start: loads the records, makes the predefined networks, takes back the sandboxes in `live`
   * (addresses, ports, names, resolver, firewall), and removes whatever belongs to none of them.
   */
  restore(live: ReadonlySet<string>): Promise<void>;
  /** Stops serving names and lets go of sockets; the kernel's objects stay. */
  shutdown(): Promise<void>;
}
