import type { Ip } from '../../base/ip.js';

/** Where the embedded server listens in each sandbox. */
export const embeddedDnsAddress = '127.0.0.11';

/** A name server outside. */
export interface Upstream {
  /** Address in text; may carry a zone (`fe80::1%eth0`). */
  readonly address: string;
  /** 53 when absent. */
  readonly port?: number;
  /**
   * The network namespace that it is asked from: servers of the host's resolv.conf from the host,
   * servers that the user gave from the container.
   */
  readonly from: 'host' | 'sandbox';
}

/** The names and addresses of an endpoint on one network. */
export interface EndpointNames {
  readonly endpointId: string;
  /** Container name first (it is the answer to a reverse lookup), then aliases, short id, hostname. */
  readonly names: readonly string[];
  readonly addresses: readonly Ip[];
}

/** What one sandbox can see: only networks that it is on. */
export interface SandboxView {
  /** In the order in which names are looked up. */
  readonly networks: readonly {
    readonly networkId: string;
    /** Names valid for this endpoint alone (`--link web:www`): alias to real name. */
    readonly links?: ReadonlyMap<string, string>;
  }[];
}

/** A sandbox as the resolver sees it. Every property is read anew for each query. */
export interface DnsSandbox {
  readonly id: string;
  readonly view: SandboxView;
  /** In the order in which they are asked. */
  readonly upstreams: readonly Upstream[];
  /** Whether the sandbox has a way out. If not, no query of its leaves from the host's namespace (CVE-2024-29018). */
  readonly hasGateway: boolean;
  /** Whether the user set `ndots` above 0: then names of one label are not forwarded. */
  readonly ndotsSet: boolean;
  /** Domains that clients complete names with, in lower case, without dots at the ends. */
  readonly search: readonly string[];
  /** Whether it has an IPv6 address. Without one it is told of none, which it could not reach. */
  readonly hasIPv6: boolean;
}
