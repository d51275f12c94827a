import type { PortProtocol } from './port-binding.js';

/** A host port held open, so that no other program on the host can take it. */
export interface HostSocket extends Disposable {
  readonly port: number;
}

/**
 * Opens sockets in the host's network namespace. A TCP socket listens (so that the port is really
 * taken), an IPv6 one is v6-only, and nothing is accepted from it until the firewall rules stand.
 */
export interface HostSockets {
  /**
   * @throws an error whose `code` is `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES` when the kernel
   *   refuses the address or port
   */
  open(protocol: PortProtocol, address: string, port: number): HostSocket;
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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
