import type { PortProtocol } from './port-binding.js';

/** Ports of the host that are held, so that no other program on the host can take them. */
export interface HostSocket extends Disposable {
  readonly port: number;
}

/**
 * Opens sockets in the host's network namespace. A TCP socket listens (so that the port is really
 * taken), an IPv6 one is v6-only, and nothing is accepted from it until the firewall rules stand.
 */
export interface HostSockets {
  /**
   * Holds `count` ports from `port` on, all or none. In numbers the sockets may come a little later; it is certain
   * at once that nobody else has one of the ports.
   * @throws an error whose `code` is `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES` when the kernel
   *   refuses the address or port; its `port` says which one
   */
  open(protocol: PortProtocol, address: string, port: number, count: number): HostSocket;
}

/** What the kernel's refusals are called in Docker's messages. */
const refusals: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
};

/** The text for a refusal of {@link HostSockets.open}. Undefined for any other error. */
export function refusalText(error: unknown): string | undefined {
  return refusals[codeOf(error)];
}

/** Whether another program holds the port, so that another port may do. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === 'EADDRINUSE';
}

/** The port that was refused, where the error tells. */
export function refusedPort(error: unknown): number | undefined {
  return error instanceof Error && 'port' in error && typeof error.port === 'number'
    ? error.port
    : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
