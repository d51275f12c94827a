import { ip } from '../../base/ip.js';
import type { DnsSandbox } from '../dns/model.js';
import type { NameRegistry } from '../dns/names.js';
import type { DnsServer } from '../dns/server.js';
import type { EndpointLink, EndpointRecord, NetworkRecord } from '../model.js';
import { bestFirst } from './gateway.js';
import type { NameService, SandboxView } from './parts.js';
import type { SandboxResolvConf } from './sandbox-resolvconf.js';

/** Opens sockets in a sandbox's namespace. */
export interface DnsSockets {
  /**
   * A bound UDP and a listening TCP socket, both non-blocking, which are reached at 127.0.0.11:53 in the
   * namespace (by rules inside it, see docs/dns.md). They belong to the caller. @throws SyscallError
   */
  open(netnsPath: string): { udpFd: number; tcpFd: number };
}

/** A sandbox as the resolver sees it, with the namespace that its own servers are asked from. */
export interface ServedSandbox extends DnsSandbox {
  readonly netnsPath: string;
}

/** The embedded DNS of all sandboxes: the registry of names, and a server in each namespace. */
export class EmbeddedNames implements NameService {
  readonly #registry: Pick<NameRegistry, 'add' | 'remove'>;
  readonly #server: Pick<DnsServer, 'serve'>;
  readonly #sockets: DnsSockets;
  readonly #resolvConf: SandboxResolvConf;
  readonly #served = new Map<string, { sandbox: ServedSandbox; server: Disposable }>();

  constructor(parts: {
    registry: Pick<NameRegistry, 'add' | 'remove'>;
    server: Pick<DnsServer, 'serve'>;
    sockets: DnsSockets;
    resolvConf: SandboxResolvConf;
  }) {
    this.#registry = parts.registry;
    this.#server = parts.server;
    this.#sockets = parts.sockets;
    this.#resolvConf = parts.resolvConf;
  }

  announce(network: NetworkRecord, { id, dnsNames, interface: link }: EndpointRecord): void {
    if (dnsNames.length === 0) return;
    const addresses = [link.ipv4, link.ipv6].flatMap((address) =>
      address === undefined ? [] : [ip(address.split('/')[0] ?? '')],
    );
    this.#registry.add(network, { endpointId: id, names: dnsNames, addresses });
  }

  withdraw({ networkId, id }: EndpointRecord): void {
    this.#registry.remove(networkId, id);
  }

  async serve(view: SandboxView): Promise<void> {
    const { id, netnsPath } = view.sandbox;
    if (netnsPath === undefined) return;
    const { upstreams, ndotsSet, search } = this.#resolvConf.of(view);
    const facts: ServedSandbox = {
      id,
      netnsPath,
      view: { networks: searchedNetworks(view) },
      upstreams,
      ndotsSet,
      search,
      hasIPv6: view.sandbox.endpoints.some((endpoint) => endpoint.interface.ipv6 !== undefined),
      hasGateway: view.hasGateway,
    };
    const served = this.#served.get(id);
    // The server reads it anew for each query, so a change needs no new sockets.
    if (served) Object.assign(served.sandbox, facts);
    else {
      const sandbox = { ...facts };
      const server = this.#server.serve(sandbox, this.#sockets.open(netnsPath));
      this.#served.set(id, { sandbox, server });
    }
  }

  async stop(sandboxId: string): Promise<void> {
    this.#served.get(sandboxId)?.server[Symbol.dispose]();
    this.#served.delete(sandboxId);
  }

  async stopAll(): Promise<void> {
    for (const id of [...this.#served.keys()]) await this.stop(id);
  }
}

/** The networks whose names the sandbox sees, in Docker's order of endpoints. */
function searchedNetworks({ attachments }: SandboxView): DnsSandbox['view']['networks'] {
  const named = attachments.filter(({ resolvesNames }) => resolvesNames);
  const ordered = bestFirst(
    named.map(({ network, endpoint: { request, interface: link } }) => ({
      networkId: network.id,
      networkName: network.name,
      internal: network.internal,
      lastResort: false,
      priority: request.gatewayPriority,
      families: [...(link.gateway4 ? [4 as const] : []), ...(link.gateway6 ? [6 as const] : [])],
      ...(request.links && { links: linksOf(request.links) }),
    })),
  );
  return ordered.map(({ networkId, links }) => ({ networkId, ...(links && { links }) }));
}

/** Names are looked up in lower case. */
function linksOf(links: readonly EndpointLink[]): ReadonlyMap<string, string> {
  return new Map(links.map(({ name, alias }) => [alias.toLowerCase(), name]));
}
