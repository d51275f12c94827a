import { Conflict, System } from '../base/errors.js';
import type { LinkSpec } from '../native/netlink-ts/model.js';
import { errno, FakeLinks } from './fake-links.js';
import { type FakeNamespace, newNamespace } from './fake-namespace.js';
import type { FirewallPolicy } from './firewall/model.js';
import type { Kernel, Netns, ProxyForward } from './kernel.js';
import type { PortBinding } from './model.js';

/** What {@link FakeKernel.state} shows: everything that a test may compare before and after. */
export interface FakeKernelState {
  readonly namespaces: Readonly<Record<string, unknown>>;
  readonly firewall: Readonly<Record<string, readonly FirewallPolicy[]>>;
  readonly ports: Readonly<Record<string, readonly PortBinding[]>>;
  readonly proxied: Readonly<Record<string, readonly ProxyForward[]>>;
}

/**
 * A kernel in memory, for tests of plans, drivers and the controller: it remembers what it was told and
 * refuses what the real one refuses (a second link of a name, an address on no link, a taken port).
 *
 * Every change passes through `gate` first, so that a test can count the changes, or make the k-th fail by
 * throwing.
 */
export class FakeKernel implements Kernel {
  /** Flows that were forgotten: addresses, and `tcp/80` for ports of the host. */
  readonly forgotten: string[] = [];
  /** Keys that this kernel does not have, joined by `/`: `net/ipv6/conf/eth0/disable_ipv6`. */
  readonly absentSysctls = new Set<string>();
  /** Kinds of links that this kernel has no module for. */
  readonly absentKinds = new Set<LinkSpec['kind']>();
  /** What a key holds that nobody has written; default `0`. */
  readonly sysctlDefaults = new Map<string, string>();
  readonly #namespaces = new Map<Netns, FakeNamespace>([['host', newNamespace()]]);
  readonly #policies = new Map<string, FirewallPolicy[]>();
  readonly #proxied = new Map<string, readonly ProxyForward[]>();
  readonly #held = new Map<string, PortBinding[]>();
  readonly #fds: (Netns | undefined)[] = [];
  readonly #gate: (change: string) => void;

  constructor(gate: (change: string) => void = () => {}) {
    this.#gate = gate;
  }

  /** Makes a namespace with a loopback that is down, as `unshare -n` does. */
  addNetns(path: string): void {
    if (this.#namespaces.has(path)) throw errno('EEXIST', `netns ${path}`);
    this.#namespaces.set(path, newNamespace());
  }

  /** Destroys a namespace with its links; the far ends of its veth pairs go with them. Unknown is fine. */
  removeNetns(path: string): void {
    if (!this.#namespaces.has(path)) return;
    const links = this.#links(path);
    for (const link of links.links()) links.destroy(link.name);
    this.#namespaces.delete(path);
  }

  /** The daemon has died: its sockets are closed, everything else stays. */
  loseProcess(): void {
    this.#held.clear();
    this.#fds.splice(0);
  }

  /** Paths of the namespaces, the host's not among them. */
  get netnsPaths(): string[] {
    return [...this.#namespaces.keys()].filter((path) => path !== 'host').sort();
  }

  links(netns: Netns): FakeLinks {
    return this.#links(netns);
  }

  netnsFd(netns: Netns): number {
    this.#namespace(netns);
    const known = this.#fds.indexOf(netns);
    return known >= 0 ? known : this.#fds.push(netns) - 1;
  }

  sysctls(netns: Netns) {
    const { sysctls } = this.#namespace(netns);
    return {
      read: (key: readonly string[]) => {
        const name = key.join('/');
        if (this.absentSysctls.has(name)) return undefined;
        return sysctls.get(name) ?? this.sysctlDefaults.get(name) ?? '0';
      },
      write: (key: readonly string[], value: string) => {
        this.#gate(`sysctl ${key.join('.')}=${value}`);
        const name = key.join('/');
        if (this.absentSysctls.has(name)) throw errno('ENOENT', name);
        // A key at its default is as good as one that was never written.
        if (value === (this.sysctlDefaults.get(name) ?? '0')) sysctls.delete(name);
        else sysctls.set(name, value);
      },
    };
  }

  forget(netns: Netns): void {
    delete this.#fds[this.#fds.indexOf(netns)];
  }

  readonly firewall = {
    install: (policies: readonly FirewallPolicy[]) => {
      this.#gate('firewall install');
      this.#addPolicies(policies);
    },
    remove: (owners: readonly string[]) => {
      this.#gate('firewall remove');
      for (const owner of owners) this.#policies.delete(owner);
    },
    replaceAll: (policies: readonly FirewallPolicy[]) => {
      this.#gate('firewall replaceAll');
      this.#policies.clear();
      this.#addPolicies(policies);
    },
    repair: () => this.#gate('firewall repair'),
    describe: (policies: readonly FirewallPolicy[]) =>
      policies.map(({ kind, owner }) => `${kind} of ${owner}`),
  };

  readonly proxy = {
    isOn: true,
    replaceAll: (forwards: ReadonlyMap<string, readonly ProxyForward[]>) => {
      this.#gate('proxy replaceAll');
      this.#proxied.clear();
      for (const [owner, all] of forwards) this.#proxied.set(owner, all);
    },
    forward: (owner: string, forwards: readonly ProxyForward[]) => {
      this.#gate('proxy forward');
      this.#proxied.set(owner, forwards);
    },
    stop: (owner: string) => {
      this.#gate('proxy stop');
      this.#proxied.delete(owner);
    },
  };

  readonly conntrack = {
    deleteByAddress: (address: string) => {
      this.#gate('conntrack address');
      this.forgotten.push(address);
    },
    deleteByHostPort: (protocol: PortBinding['protocol'], first: number, last: number) => {
      this.#gate('conntrack port');
      this.forgotten.push(`${protocol}/${first === last ? first : `${first}-${last}`}`);
    },
    settled: () => Promise.resolve(),
  };

  readonly ports = {
    hold: (owner: string, bindings: readonly PortBinding[]) => {
      this.#gate('ports hold');
      const own = this.#held.get(owner) ?? [];
      const fresh = bindings.filter((binding) => !own.some((held) => sameBinding(held, binding)));
      for (const binding of fresh) this.#refuseTaken(binding);
      this.#held.set(owner, [...own, ...fresh]);
    },
    release: (owner: string) => {
      this.#gate('ports release');
      this.#held.delete(owner);
    },
    listensOnIPv6: () => true,
  };

  /** Everything but the conntrack log and open descriptors, sorted, ready for `deep.equal`. */
  state(): FakeKernelState {
    const namespaces = [...this.#namespaces.keys()].map((netns) => [
      netns,
      this.#links(netns).state(),
    ]);
    return {
      namespaces: Object.fromEntries(namespaces),
      firewall: Object.fromEntries([...this.#policies].sort(byKey)),
      ports: Object.fromEntries([...this.#held].sort(byKey)),
      proxied: Object.fromEntries([...this.#proxied].sort(byKey)),
    };
  }

  #addPolicies(policies: readonly FirewallPolicy[]): void {
    const live = new Set(this.#policies.keys());
    for (const { owner } of policies)
      if (live.has(owner)) throw new Conflict(`${owner} is installed already`);
    for (const policy of policies) {
      this.#policies.set(policy.owner, [...(this.#policies.get(policy.owner) ?? []), policy]);
    }
  }

  #refuseTaken(binding: PortBinding): void {
    for (const held of [...this.#held.values()].flat()) {
      if (!collides(held, binding)) continue;
      throw new System(
        `Bind for ${binding.hostIp}:${binding.hostPort} failed: port is already allocated`,
      );
    }
  }

  #links(netns: Netns): FakeLinks {
    return new FakeLinks({
      namespace: this.#namespace(netns),
      namespaceOfFd: (fd) => this.#namespace(this.#fds[fd] ?? `fd ${fd}`),
      gate: this.#gate,
      absentKinds: this.absentKinds,
    });
  }

  #namespace(netns: Netns): FakeNamespace {
    const namespace = this.#namespaces.get(netns);
    if (!namespace) throw errno('ENOENT', `netns ${netns}`);
    return namespace;
  }
}

function sameBinding(a: PortBinding, b: PortBinding): boolean {
  return a.protocol === b.protocol && a.hostIp === b.hostIp && a.hostPort === b.hostPort;
}

function collides(a: PortBinding, b: PortBinding): boolean {
  const sameFamily = a.hostIp.includes(':') === b.hostIp.includes(':');
  const wild = [a.hostIp, b.hostIp].some((ip) => ip === '0.0.0.0' || ip === '::');
  return (
    a.protocol === b.protocol &&
    a.hostPort < b.hostPort + (b.count ?? 1) &&
    b.hostPort < a.hostPort + (a.count ?? 1) &&
    (a.hostIp === b.hostIp || (sameFamily && wild))
  );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
