import type { Kernel, Links, Netns, StepNote, Sysctls } from '../../kernel.js';

/** What there is in a namespace that isn't made yet. */
const nothing: Pick<Links, 'link' | 'links' | 'addresses' | 'routes'> = {
  link: () => undefined,
  links: () => [],
  addresses: () => [],
  routes: () => [],
};

/** A kernel that can be read like the real one, and only notes what is to be done to it. */
export class PlanningKernel implements Kernel {
  /** In the order in which it would be done. */
  readonly noted: StepNote[] = [];
  readonly #real: Kernel;
  readonly #planned = new Set<Netns>();

  constructor(real: Kernel) {
    this.#real = real;
  }

  /** A namespace that would be made. */
  plan(netns: Netns): void {
    this.#planned.add(netns);
  }

  readonly note = (note: StepNote): void => {
    this.noted.push(note);
  };

  links(netns: Netns): Links {
    // Changes come as steps, which are noted.
    return this.#planned.has(netns) ? (nothing as Links) : this.#real.links(netns);
  }

  netnsFd(netns: Netns): number {
    return this.#real.netnsFd(netns);
  }

  sysctls(netns: Netns): Sysctls {
    const read = this.#planned.has(netns) ? () => undefined : this.#real.sysctls(netns).read;
    return { read, write() {} };
  }

  forget(): void {}

  readonly firewall = {
    install() {},
    remove() {},
    replaceAll() {},
    repair() {},
    describe: (...args: Parameters<Kernel['firewall']['describe']>) =>
      this.#real.firewall.describe(...args),
  };

  readonly conntrack = {
    deleteByAddress() {},
    deleteByHostPort() {},
    settled: () => Promise.resolve(),
  };

  readonly ports = {
    hold() {},
    release() {},
    listensOnIPv6: () => this.#real.ports.listensOnIPv6(),
  };

  get proxy() {
    return { isOn: this.#real.proxy.isOn, forward() {}, stop() {}, replaceAll() {} };
  }
}
