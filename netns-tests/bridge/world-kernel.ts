import { NftablesBackend } from '../../src/cnm/firewall/nftables/backend.js';
import { baseTables } from '../../src/cnm/firewall/nftables/base.js';
import type { Kernel, Netns, Sysctls } from '../../src/cnm/kernel.js';
import { openConntrack } from '../../src/native/conntrack.js';
import type { Conntrack } from '../../src/native/conntrack-model.js';
import type { Fd } from '../../src/native/fd.js';
import { openRtnetlink, type Rtnetlink } from '../../src/native/netlink-ts/index.js';
import { Namespaces } from '../../src/native/netns.js';
import { openNft } from '../../src/native/nft/context.js';
import { NftFirewall } from '../../src/native/nft/firewall.js';
import type { NftContext } from '../../src/native/nft/model.js';
import { renderAdd } from '../../src/native/nft/render.js';
import { sysctls } from '../../src/native/sysctl.js';
import type { World } from '../world/world.js';

/** The real kernel for plans, with the world's host namespace as the host. */
export class WorldKernel implements Kernel, Disposable {
  readonly firewall: NftablesBackend;
  readonly conntrack: Conntrack & { settled(): Promise<void> };
  /** The sockets that keep ports are none of these tests' concern. */
  readonly ports = { hold() {}, release() {} };
  readonly proxy = { forward() {}, stop() {} };
  readonly #namespaces = new Namespaces();
  readonly #hostPath: string;
  readonly #nft: NftContext;
  readonly #open = new Map<string, { fd: Fd; links: Rtnetlink }>();

  constructor(world: World) {
    this.#hostPath = world.host.path;
    this.#nft = this.#namespaces.runAt(this.#hostPath, openNft);
    const conntrack = this.#namespaces.runAt(this.#hostPath, openConntrack);
    this.conntrack = Object.assign(conntrack, { settled: () => Promise.resolve() });
    this.firewall = new NftablesBackend({
      tables: new NftFirewall({ nft: this.#nft, tables: baseTables() }),
      settings: { userlandProxy: true, allowDirectRouting: false },
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
