import type {
  Conntrack,
  Firewall,
  HostPorts,
  Kernel,
  Links,
  Netns,
  PortProxy,
  Sysctls,
} from '../../cnm/kernel.js';
import type { Fd } from '../../native/fd.js';
import type { Rtnetlink } from '../../native/netlink-ts/model.js';
import type { Namespaces } from '../../native/netns.js';
import type { Sysctls as NativeSysctls } from '../../native/sysctl.js';

/** What is open for one namespace. */
interface Place {
  readonly fd: Fd;
  readonly links: Rtnetlink;
}

/** The real kernel for the network model: namespaces are entered just to open sockets, which then stay. */
export class HostKernel implements Kernel, Disposable {
  readonly firewall: Firewall;
  readonly conntrack: Conntrack;
  readonly ports: HostPorts;
  readonly proxy: PortProxy;
  readonly #namespaces: Namespaces;
  readonly #sysctls: NativeSysctls;
  readonly #open: () => Rtnetlink;
  readonly #host: Rtnetlink;
  readonly #places = new Map<string, Place>();

  constructor(parts: {
    namespaces: Namespaces;
    sysctls: NativeSysctls;
    openRtnetlink: () => Rtnetlink;
    firewall: Firewall;
    conntrack: Conntrack;
    ports: HostPorts;
    proxy: PortProxy;
  }) {
    this.#namespaces = parts.namespaces;
    this.#sysctls = parts.sysctls;
    this.#open = parts.openRtnetlink;
    this.#host = parts.openRtnetlink();
    this.firewall = parts.firewall;
    this.conntrack = parts.conntrack;
    this.ports = parts.ports;
    this.proxy = parts.proxy;
  }

  links(netns: Netns): Links {
    return netns === 'host' ? this.#host : this.#place(netns).links;
  }

  netnsFd(netns: Netns): number {
    return netns === 'host' ? this.#namespaces.home.number : this.#place(netns).fd.number;
  }

  sysctls(netns: Netns): Sysctls {
    const inside = <T extends string | undefined | boolean>(work: () => T): T =>
      netns === 'host' ? work() : (this.#namespaces.run<unknown>(this.#place(netns).fd, work) as T);
    return {
      read: (key) =>
        inside(() => (this.#sysctls.exists(key) ? this.#sysctls.read(key) : undefined)),
      write: (key, value) => {
        inside(() => {
          this.#sysctls.write(key, value);
          return true;
        });
      },
    };
  }

  forget(netns: Netns): void {
    const place = this.#places.get(netns);
    if (!place) return;
    this.#places.delete(netns);
    place.links[Symbol.dispose]();
    place.fd.close();
  }

  [Symbol.dispose](): void {
    for (const netns of [...this.#places.keys()]) this.forget(netns);
    this.#host[Symbol.dispose]();
  }

  #place(netns: Netns): Place {
    const known = this.#places.get(netns);
    if (known) return known;
    const fd = this.#namespaces.open(netns);
    try {
      const place = { fd, links: this.#namespaces.run<Rtnetlink>(fd, () => this.#open()) };
      this.#places.set(netns, place);
      return place;
    } catch (error) {
      fd.close();
      throw error;
    }
  }
}
