/** Transport protocols whose ports can be published. */
export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** Ports from `first` to `last`, both included, 1 to 65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** One port of a container that is to be reachable through the host. */
export interface PortRequest {
  readonly protocol: PortProtocol;
  readonly containerPort: number;
  /** Addresses of the host to listen on, `0.0.0.0` and `::` for any. All of them get the same host port. */
  readonly hostIps: readonly string[];
  /** The host port, or any one of a range. An ephemeral port when absent. */
  readonly hostPort?: number | PortRange;
}

/** A host port that leads to a container port. Stored with the endpoint, so plain data. */
export interface PortBinding {
  readonly protocol: PortProtocol;
  readonly containerPort: number;
  /** In canonical text. */
  readonly hostIp: string;
  readonly hostPort: number;
}
