import type { FirewallSettings } from '../../src/cnm/firewall/model.js';
import { NftablesBackend } from '../../src/cnm/firewall/nftables/backend.js';
import { baseTables, userTable } from '../../src/cnm/firewall/nftables/base.js';
import type { Firewall, Kernel, Netns, Sysctls } from '../../src/cnm/kernel.js';
import { openConntrack } from '../../src/native/conntrack.js';
import { flowsToPorts } from '../../src/native/conntrack-filter.js';
import type { Fd } from '../../src/native/fd.js';
import { openRtnetlink, type Rtnetlink } from '../../src/native/netlink-ts/index.js';
import { Namespaces } from '../../src/native/netns.js';
import { openNft } from '../../src/native/nft/context.js';
import {
  type NftElementBatches,
  openNftElementBatches,
} from '../../src/native/nft/element-batch.js';
import { NftFirewall } from '../../src/native/nft/firewall.js';
import type { NftContext } from '../../src/native/nft/model.js';
import { renderAdd } from '../../src/native/nft/render.js';
import { sysctls } from '../../src/native/sysctl.js';
import { iptablesIn, type Variant } from '../iptables/world-iptables.js';
import type { World } from '../world/world.js';

/** Which program the firewall is told by, nftables by default, and what the daemon's flags say of it. */
export type WorldFirewall = Partial<FirewallSettings> & { readonly iptables?: Variant };

/** The real kernel for plans, with the world's host namespace as the host. */
export class WorldKernel implements Kernel, Disposable {
  readonly firewall: Firewall;
  readonly conntrack: Kernel['conntrack'] & Disposable;
  /** The sockets that keep ports are none of these tests' concern. */
  readonly ports = { hold() {}, release() {}, listensOnIPv6: () => true };
  readonly proxy: Kernel['proxy'];
  readonly #namespaces = new Namespaces();
  readonly #hostPath: string;
  readonly #nft: NftContext;
  readonly #batches: NftElementBatches;
  readonly #open = new Map<string, { fd: Fd; links: Rtnetlink }>();

  constructor(world: World, { iptables, ...settings }: WorldFirewall = {}) {
    const all = { userlandProxy: true, allowDirectRouting: false, ...settings };
    this.proxy = { isOn: all.userlandProxy, forward() {}, stop() {}, replaceAll() {} };
    this.#hostPath = world.host.path;
    this.#nft = this.#namespaces.runAt(this.#hostPath, openNft);
    this.#batches = this.#namespaces.runAt(this.#hostPath, openNftElementBatches);
    const conntrack = this.#namespaces.runAt(this.#hostPath, openConntrack);
    this.conntrack = {
      deleteByAddress: (address) => void conntrack.deleteByAddress(address),
      deleteByHostPort: (protocol, first, last) =>
        void conntrack.flush(flowsToPorts(protocol, [[first, last]])),
      settled: () => Promise.resolve(),
      [Symbol.dispose]: () => conntrack[Symbol.dispose](),
    };
    this.firewall = iptables
      ? iptablesIn({
          namespaces: this.#namespaces,
          path: this.#hostPath,
          settings: all,
          nft: this.#nft,
          variant: iptables,
        })
      : new NftablesBackend({
          tables: new NftFirewall({
            nft: this.#nft,
            batches: this.#batches,
            tables: baseTables(all),
            forOthers: [userTable],
          }),
          settings: all,
          render: renderAdd,
        });
    this.firewall.replaceAll([]);
  }

  links(netns: Netns): Rtnetlink {
    return this.#at(netns).links;
  }

  netnsFd(netns: Netns): number {
    return this.#at(netns).fd.number;
  }

  sysctls(netns: Netns): Sysctls {
    const { fd } = this.#at(netns);
    const inside = <T>(work: () => T extends PromiseLike<unknown> ? never : T) =>
      this.#namespaces.run<T>(fd, work);
    return {
      read: (key) =>
        inside<string | undefined>(() => (sysctls.exists(key) ? sysctls.read(key) : undefined)),
      write: (key, value) => inside<void>(() => sysctls.write(key, value)),
    };
  }

  forget(netns: Netns): void {
    const opened = this.#open.get(netns);
    this.#open.delete(netns);
    opened?.links[Symbol.dispose]();
    opened?.fd.close();
  }

  [Symbol.dispose](): void {
    this.#nft[Symbol.dispose]();
    this.#batches[Symbol.dispose]();
    this.conntrack[Symbol.dispose]();
    for (const { fd, links } of this.#open.values()) {
      links[Symbol.dispose]();
      fd.close();
    }
    this.#namespaces[Symbol.dispose]();
  }

  #at(netns: Netns): { fd: Fd; links: Rtnetlink } {
    const path = netns === 'host' ? this.#hostPath : netns;
    const known = this.#open.get(path);
    if (known) return known;
    const fd = this.#namespaces.open(path);
    const opened = { fd, links: this.#namespaces.run(fd, openRtnetlink) };
    this.#open.set(path, opened);
    return opened;
  }
}
