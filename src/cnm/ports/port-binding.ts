/** Transport protocols whose ports can be published. */
export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** Ports from `first` to `last`, both included, 1 to 65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Ports of a container that are to be reachable through the host. */
export interface PortRequest {
  readonly protocol: PortProtocol;
  readonly containerPort: number;
  /** Addresses of the host to listen on, `0.0.0.0` and `::` for any. All of them get the same host port. */
  readonly hostIps: readonly string[];
  /** The host port, or any one of a range. An ephemeral port when absent. */
  readonly hostPort?: number | PortRange;
  /** With one exact host port: that many consecutive ports, one to one. Default 1. */
  readonly count?: number;
}

/** Host ports that lead to container ports. Stored with the endpoint, so plain data. */
export interface PortBinding {
  readonly protocol: PortProtocol;
  readonly containerPort: number;
  /** In canonical text. */
  readonly hostIp: string;
  readonly hostPort: number;
  /** That many consecutive ports, one to one. Default 1. */
  readonly count?: number;
}
