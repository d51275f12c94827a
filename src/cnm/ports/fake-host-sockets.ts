import type { HostSocket, HostSockets } from './host-sockets.js';
import type { PortProtocol } from './port-binding.js';

/** A host without a kernel: remembers what is open, and refuses what it was told to. */
export class FakeHostSockets implements HostSockets {
  /** Open sockets, e.g. `tcp 0.0.0.0:80`, in the order of opening. */
  readonly sockets = new Set<string>();
  /** Every attempt, refused ones too. */
  readonly attempts: string[] = [];
  readonly #refused = new Map<string, string>();

  /** Lets the kernel refuse `tcp 0.0.0.0:80` with this code. */
  refuse(socket: string, code = 'EADDRINUSE'): void {
    this.#refused.set(socket, code);
  }

  open(protocol: PortProtocol, address: string, port: number): HostSocket {
    const name = `${protocol} ${address}:${port}`;
    this.attempts.push(name);
    const code = this.sockets.has(name) ? 'EADDRINUSE' : this.#refused.get(name);
    if (code !== undefined) throw Object.assign(new Error(`bind: ${code}`), { code });
    this.sockets.add(name);
    return { port, [Symbol.dispose]: () => void this.sockets.delete(name) };
  }
}
