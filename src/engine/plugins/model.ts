/** Plugins of Docker's first protocol: programs of the host that serve HTTP on a socket. */

/** Where plugins make themselves known. */
export interface PluginFolders {
  /** Sockets `NAME.sock`; Docker's is `/run/docker/plugins`. */
  readonly sockets: string;
  /** Files `NAME.spec` and `NAME.json` with addresses, in order of preference; Docker's is `/etc/docker/plugins`. */
  readonly specs: readonly string[];
}

/** A plugin's address and how to be sure of it. */
export interface PluginSpec {
  readonly name: string;
  /** `unix:///run/docker/plugins/x.sock`, `tcp://host:port`, `http://` or `https://`. */
  readonly address: string;
  readonly tls?: PluginTls;
}

/** Files in PEM. */
export interface PluginTls {
  readonly insecureSkipVerify: boolean;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}
