import type { HostSocket, HostSockets } from './host-sockets.js';
import type { PortProtocol } from './port-binding.js';

/** A host without a kernel: remembers what is open, and refuses what it was told to. */
export class FakeHostSockets implements HostSockets {
  /** Open sockets, e.g. `tcp 0.0.0.0:80`, in the order of opening. */
  readonly sockets = new Set<string>();
  /** Every attempt, refused ones too; of several ports the first. */
  readonly attempts: string[] = [];
  readonly #refused = new Map<string, string>();

  /** Lets the kernel refuse `tcp 0.0.0.0:80` with this code. */
  refuse(socket: string, code = 'EADDRINUSE'): void {
    this.#refused.set(socket, code);
  }

  open(protocol: PortProtocol, address: string, first: number, count: number): HostSocket {
    const ports = Array.from({ length: count }, (_, offset) => first + offset);
    const nameOf = (port: number) => `${protocol} ${address}:${port}`;
    this.attempts.push(nameOf(first));
    for (const port of ports) {
      const name = nameOf(port);
      const code = this.sockets.has(name) ? 'EADDRINUSE' : this.#refused.get(name);
      if (code !== undefined) throw Object.assign(new Error(`bind: ${code}`), { code, port });
    }
    for (const port of ports) this.sockets.add(nameOf(port));
    return {
      port: first,
      [Symbol.dispose]: () => {
        for (const port of ports) this.sockets.delete(nameOf(port));
      },
    };
  }
}
