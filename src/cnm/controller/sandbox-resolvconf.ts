import { readFileSync } from 'node:fs';
import { type ContainerResolvConf, containerResolvConf } from '../dns/container-resolvconf.js';
import { namesOnlyResolvedStub, parseResolvConf } from '../dns/resolvconf.js';
import type { SandboxView } from './parts.js';
import { needsResolver } from './views.js';

/** Where the host's resolver is configured. */
export interface HostResolvConf {
  /** `/etc/resolv.conf`. */
  readonly path: string;
  /** The real servers where `path` names systemd-resolved's stub alone: `/run/systemd/resolve/resolv.conf`. */
  readonly behindStub: string;
}

/** Makes the resolver configuration of sandboxes from the host's, which is read anew each time. */
export class SandboxResolvConf {
  readonly #host: HostResolvConf;

  constructor(host: HostResolvConf) {
    this.#host = host;
  }

  /** What a sandbox's resolv.conf says, and whom its embedded resolver asks. */
  of(view: SandboxView): ContainerResolvConf {
    const { kind, resolver, endpoints } = view.sandbox;
    const copied = kind.type === 'host' ? 'host' : 'copied';
    return containerResolvConf({
      mode: needsResolver(view) ? 'embedded' : copied,
      host: this.#read(kind.type === 'host'),
      dns: resolver.servers,
      dnsSearch: resolver.search,
      dnsOptions: resolver.options,
      ipv6: endpoints.some((endpoint) => endpoint.interface.ipv6 !== undefined),
    });
  }

  #read(asItIs: boolean): { path: string; text: string } {
    const { path, behindStub } = this.#host;
    const text = textOf(path) ?? '';
    if (asItIs || !namesOnlyResolvedStub(parseResolvConf(text))) return { path, text };
    const real = textOf(behindStub);
    return real === undefined ? { path, text } : { path: behindStub, text: real };
  }
}

/** Undefined where the file isn't there: a host without it has no servers. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
