/** What the daemon tells of itself. The engine's other parts answer for what they know; `daemon` puts it together. */

/** What is fixed once the daemon runs, and what is asked anew for each answer (the functions). */
export interface DaemonFacts {
  /** Of tsnet. */
  readonly version: string;
  readonly gitCommit: string;
  readonly buildTime: string;
  /** Newest and oldest API that is served. */
  readonly apiVersion: string;
  readonly minApiVersion: string;
  /** Unique to the data root. */
  readonly id: string;
  readonly dataRoot: string;
  readonly storageDriver: string;
  readonly firewallBackend: string;
  readonly cgroupVersion: '1' | '2';
  /** Whether containers have user namespaces unless they say otherwise. */
  readonly remapsUsers: boolean;
  /** The system call filter of containers that name none: `builtin`, `unconfined` or a file. */
  readonly seccompProfile: string;
  /** Whether containers can't gain rights unless they say otherwise. */
  readonly noNewPrivileges: boolean;
  readonly runtime: { readonly name: string; readonly path: string; readonly version: string };
  readonly networkDrivers: readonly string[];
  readonly addressPools: readonly { readonly base: string; readonly size: number }[];
  /** Where anybody who can connect is root: `tcp://...`, and whether it is encrypted at least. */
  readonly openAddresses: readonly { readonly address: string; readonly tls: boolean }[];
  readonly proxies: { readonly http: string; readonly https: string; readonly no: string };
  /** Whether the protection of published ports in iptables' raw table was given up. */
  readonly noRawTable: boolean;
  live(): LiveFacts;
  /** When the firewall's rules were last made anew because another program had changed them. */
  firewallReloadedAt(): Date | undefined;
  hostname(): string;
  /** Whether the host forwards IPv4 packets at the moment. */
  forwarding(): boolean;
  /** How the file system below the containers is, as rows of `info`. */
  storageStatus(): Promise<readonly (readonly [string, string])[]>;
  /** Volume plugins that are there at the moment; the local driver is not one. */
  volumePlugins(): Promise<readonly string[]>;
  logDrivers(): readonly string[];
  /** Log driver of containers that name none. */
  loggingDriver(): string;
  /** OCI runtimes by name, and the name of the one that is used if a container names none. */
  runtimes(): {
    readonly byName: Readonly<Record<string, RuntimeView>>;
    readonly default: string;
  };
  /** Program of `--init`; '' if there is none. */
  initBinary(): string;
}

/** Docker API: `Runtime`. */
export interface RuntimeView {
  readonly path: string;
  readonly runtimeArgs?: readonly string[];
}

/** Settings that a reload may change. */
export interface LiveFacts {
  readonly debug: boolean;
  readonly liveRestore: boolean;
  readonly labels: readonly string[];
  readonly authorizationPlugins: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly registryMirrors: readonly string[];
  /** `private`, `host`, or '' for the usual one of the version of cgroups. */
  readonly defaults: { readonly cgroupnsMode: string };
}
