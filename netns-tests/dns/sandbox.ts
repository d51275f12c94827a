import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UpstreamDescriptors } from '../../src/cnm/dns/upstream-sockets.js';
import { boundSocket, tcpListener, udpSocket } from '../../src/native/inetsocket.js';
import { Namespaces } from '../../src/native/netns.js';

/** Two namespaces with nothing but loopback: one plays the host, one is a sandbox. */
export class TwoNamespaces implements Disposable {
  readonly #namespaces = new Namespaces();
  readonly #folder = mkdtempSync(join(tmpdir(), 'tsnet-dns-'));
  readonly #pins: string[] = [];

  constructor() {
    for (const name of ['host', 'sandbox']) {
      const pin = join(this.#folder, name);
      this.#namespaces.make(pin);
      this.#pins.push(pin);
      this.#namespaces.runAt(pin, () => {
        execFileSync('ip', ['link', 'set', 'lo', 'up'], { timeout: 5000 });
      });
    }
  }

  /** Descriptors of a DNS server; whoever serves them closes them. */
  server(place: 'host' | 'sandbox', address: string): { udpFd: number; tcpFd: number } {
    return this.#namespaces.runAt(this.#pin(place), () => {
      const udp = udpSocket({ address, port: 53 });
      const tcp = tcpListener({ address, port: 53 });
      return { udpFd: udp.release(), tcpFd: tcp.release() };
    });
  }

  /** Opens client descriptors as the daemon would. */
  readonly descriptors: UpstreamDescriptors = {
    udp: (place, family) => this.#client('udp', place === 'host' ? 'host' : 'sandbox', family),
    tcp: (place, family) => this.#client('tcp', place === 'host' ? 'host' : 'sandbox', family),
  };

  /** Runs a program in the sandbox and gives back its output, whatever its exit code. */
  run(program: string, ...args: string[]): Promise<string> {
    const child = this.#namespaces.runAt(this.#pin('sandbox'), () =>
      // Not a promise, so it may leave the function: the program itself stays in the namespace.
      spawn(program, args, { timeout: 10_000, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    return new Promise((resolve) => {
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        output += chunk;
      });
      child.on('close', () => resolve(output));
    });
  }

  [Symbol.dispose](): void {
    for (const pin of this.#pins) this.#namespaces.remove(pin);
    this.#namespaces[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true });
  }

  #client(protocol: 'udp' | 'tcp', place: 'host' | 'sandbox', family: 4 | 6): number {
    const address = family === 4 ? '0.0.0.0' : '::';
    return this.#namespaces.runAt(this.#pin(place), () =>
      boundSocket(protocol, { address, port: 0 }).release(),
    );
  }

  #pin(place: 'host' | 'sandbox'): string {
    return this.#pins[place === 'host' ? 0 : 1] ?? '';
  }
}
