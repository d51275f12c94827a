/**
 * The kernel as the network model needs it. The daemon supplies it from `native/`; tests supply fakes.
 * Everything is synchronous unless it is named otherwise: a plan is applied without letting go of the
 * event loop, so nobody sees it half done.
 */
import type {
  AddressInfo,
  LinkInfo,
  RouteInfo,
  RtnetlinkChanges,
} from '../native/netlink-ts/model.js';
import type { FirewallPolicy } from './firewall/model.js';
import type { PortBinding } from './model.js';
import type { AppliedStep } from './plan.js';

/** `host` is the daemon's own namespace; otherwise the path of a namespace file. */
export type Netns = 'host' | (string & {});

/** rtnetlink in one namespace. */
export interface Links extends RtnetlinkChanges {
  link(name: string): LinkInfo | undefined;
  links(): LinkInfo[];
  addresses(): AddressInfo[];
  /** Those of one table (254 is `main`), or of all; so with the family. */
  routes(family?: 4 | 6, table?: number): RouteInfo[];
  /** Deletes without blocking the event loop; resolves when the kernel is done. */
  deleteLinkAsync(name: string): Promise<void>;
}

/** `/proc/sys` in one namespace. A key is given in segments, because an interface's name may hold dots. */
export interface Sysctls {
  /** @returns undefined where the kernel has no such key. */
  read(key: readonly string[]): string | undefined;
  write(key: readonly string[], value: string): void;
}

/** The host's firewall: a fixed base plus policies by owner. */
export interface Firewall {
  /** All or nothing: on failure nothing has changed. An owner has all its policies in one call. */
  install(policies: readonly FirewallPolicy[]): void;
  /** All or nothing; owners without a policy are ignored. */
  remove(owners: readonly string[]): void;
  /** The base and exactly these policies, whatever stood there before, at once. For a start and a repair. */
  replaceAll(policies: readonly FirewallPolicy[]): void;
  /** Makes everything that is installed anew, whatever became of it in the kernel. */
  repair(): void;
  /** What installing would say to the kernel, a command a line. Changes nothing. */
  describe(policies: readonly FirewallPolicy[]): string[];
}

/** Published ports that need somebody between host and container, because the kernel can't translate them. */
export type ProxyForward = PortBinding & {
  /** Address of the container, of whatever family. */
  readonly containerIp: string;
};

/** The userland proxy: takes connections to ports of the host and makes its own to containers. */
export interface PortProxy {
  /** Whether there is one: without it (`--userland-proxy=false`) the other methods do nothing. */
  readonly isOn: boolean;
  /** Serves these ports from now on; takes their sockets over from `ports`, which must hold them. */
  forward(owner: string, forwards: readonly ProxyForward[]): void;
  /** Stops taking connections, and ends those there are; unknown owners are ignored. */
  stop(owner: string): void;
  /**
   * Serves exactly these from now on, by owner, as an earlier daemon had it served: what is the same goes on
   * undisturbed. For a start, after all ports are held again.
   */
  replaceAll(forwards: ReadonlyMap<string, readonly ProxyForward[]>): void;
}

/** Connection tracking of the host. */
export interface Conntrack {
  /** Forgets every flow from or to the address. */
  deleteByAddress(address: string): void;
  /** Forgets every flow whose original destination was one of these ports of the host. */
  deleteByHostPort(protocol: PortBinding['protocol'], first: number, last: number): void;
  /** Resolves when all that was asked for is done: only then may an address be given to another. */
  settled(): Promise<void>;
}

/** Host sockets that keep published ports ours. */
export interface HostPorts {
  /** Binds what the owner does not hold yet, all or nothing. @throws with Docker's text where one is taken. */
  hold(owner: string, bindings: readonly PortBinding[]): void;
  release(owner: string): void;
  /** Whether the host takes connections over IPv6 at all, `[::1]` at least. */
  listensOnIPv6(): boolean;
}

/** A step that is to be done, or undone. */
export interface StepNote {
  readonly verb: 'do' | 'undo';
  readonly step: AppliedStep;
}

/** Everything that a plan can touch. */
export interface Kernel {
  links(netns: Netns): Links;
  /** An open descriptor of the namespace, kept open for as long as it is known; used for moves. */
  netnsFd(netns: Netns): number;
  sysctls(netns: Netns): Sysctls;
  /** Closes every descriptor that is open for the namespace: one of them would keep it alive. Unknown is fine. */
  forget(netns: Netns): void;
  readonly firewall: Firewall;
  readonly conntrack: Conntrack;
  readonly ports: HostPorts;
  readonly proxy: PortProxy;
  /** Given each step in place of its being carried out: for what shall only be shown. Default: it is carried out. */
  readonly note?: (note: StepNote) => void;
}
