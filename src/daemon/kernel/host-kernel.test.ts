import { expect } from 'chai';
import type { Conntrack, Firewall, HostPorts, PortProxy } from '../../cnm/kernel.js';
import type { Rtnetlink } from '../../native/netlink-ts/model.js';
import type { Namespaces } from '../../native/netns.js';
import type { Sysctls } from '../../native/sysctl.js';
import { HostKernel } from './host-kernel.js';

/** Namespaces by path; remembers which one the thread is in and what is open. */
class FakeNamespaces {
  inside = 'host';
  readonly opened = new Set<string>();
  readonly links = new Set<string>();
  readonly files: Record<string, string> = { 'host net.a': '1', '/n/a net.a': '2' };
  failOpening = false;
  readonly #paths = new Map<object, string>();

  readonly namespaces = {
    home: { number: 3 },
    open: (path: string) => {
      const fd = { number: 10, close: () => void this.opened.delete(path) };
      this.opened.add(path);
      this.#paths.set(fd, path);
      return fd;
    },
    run: (fd: object, work: () => unknown) => {
      this.inside = this.#paths.get(fd) ?? '';
      try {
        return work();
      } finally {
        this.inside = 'host';
      }
    },
  } as unknown as Namespaces;

  readonly sysctls = {
    exists: (key: readonly string[]) => Object.hasOwn(this.files, this.#pathOf(key)),
    read: (key: readonly string[]) => this.files[this.#pathOf(key)],
    write: (key: readonly string[], value: string) => {
      this.files[this.#pathOf(key)] = value;
    },
  } as unknown as Sysctls;

  openRtnetlink = (): Rtnetlink => {
    if (this.failOpening) throw new Error('no socket');
    const where = this.inside;
    this.links.add(where);
    return { where, [Symbol.dispose]: () => void this.links.delete(where) } as unknown as Rtnetlink;
  };

  #pathOf(key: readonly string[]): string {
    return `${this.inside} ${key.join('.')}`;
  }
}

describe('HostKernel', () => {
  let fake: FakeNamespaces;
  let kernel: HostKernel;
  beforeEach(() => {
    fake = new FakeNamespaces();
    kernel = new HostKernel({
      namespaces: fake.namespaces,
      sysctls: fake.sysctls,
      openRtnetlink: fake.openRtnetlink,
      firewall: {} as Firewall,
      conntrack: {} as Conntrack,
      ports: {} as HostPorts,
      proxy: {} as PortProxy,
    });
  });

  it('opens one socket in each namespace, and keeps it', () => {
    expect(kernel.links('host')).to.include({ where: 'host' });
    const inside = kernel.links('/n/a');
    expect(inside).to.include({ where: '/n/a' });
    expect(kernel.links('/n/a')).to.equal(inside);
    expect(fake.inside).to.equal('host');
    expect([kernel.netnsFd('host'), kernel.netnsFd('/n/a')]).to.deep.equal([3, 10]);
  });

  it('reads and writes settings where they are', () => {
    expect(kernel.sysctls('host').read(['net', 'a'])).to.equal('1');
    expect(kernel.sysctls('/n/a').read(['net', 'a'])).to.equal('2');
    expect(kernel.sysctls('/n/a').read(['net', 'b'])).to.equal(undefined);
    kernel.sysctls('/n/a').write(['net', 'a'], '3');
    kernel.sysctls('host').write(['net', 'a'], '4');
    expect(fake.files).to.deep.equal({ 'host net.a': '4', '/n/a net.a': '3' });
  });

  it('lets go of a namespace, once, and opens it again when it is asked for', () => {
    kernel.links('/n/a');
    kernel.forget('/n/a');
    kernel.forget('/n/a');
    expect([...fake.links, ...fake.opened]).to.deep.equal(['host']);
    kernel.links('/n/a');
    expect(fake.opened).to.deep.equal(new Set(['/n/a']));
  });

  it('leaves nothing open when a socket can not be opened', () => {
    fake.failOpening = true;
    expect(() => kernel.links('/n/a')).to.throw('no socket');
    expect(fake.opened.size).to.equal(0);
  });

  it('closes everything at the end', () => {
    kernel.links('/n/a');
    kernel.links('/n/b');
    kernel[Symbol.dispose]();
    expect([...fake.links, ...fake.opened]).to.deep.equal([]);
  });
});
