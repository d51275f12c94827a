import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { expect } from 'chai';
import type { NetlinkEvent } from '../../src/native/netlink-ts/index.js';
import { openRtnetlink, watchRtnetlink } from '../../src/native/netlink-ts/index.js';
import { eventually } from '../world/eventually.js';
import { addBridge, addPort, usePair } from './pair.js';
import { openDescriptors } from './scratch.js';

/** Waits until the condition holds; mocha's time limit ends a wait in vain. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

function isAbout(event: NetlinkEvent, type: NetlinkEvent['type'], what: string): boolean {
  if (event.type !== type) return false;
  const text = JSON.stringify(event);
  return text.includes(`"${what}"`);
}

describe('rtnetlink: events', () => {
  const pair = usePair();

  it('tell of links, addresses and routes of the namespace they were opened in', async () => {
    const { net, farNet, scratch, host } = pair();
    const events: NetlinkEvent[] = [];
    using _watch = scratch.inside(host, () =>
      watchRtnetlink({ onEvent: (event) => events.push(event) }),
    );
    farNet.addLink({ kind: 'bridge', name: 'elsewhere' });
    addBridge(pair());
    addPort(pair(), 'veth0');
    net.addAddress('br0', '172.20.0.1/16');
    net.addRoute({ destination: '10.9.0.0/16', family: 4, link: 'br0' });
    net.deleteRoute({ destination: '10.9.0.0/16', family: 4, link: 'br0' });
    net.deleteAddress('br0', '172.20.0.1/16');
    // Leaving the bridge is no end of the link.
    net.setLink('veth0', { master: null });
    net.deleteLink('br0');
    const has = (type: NetlinkEvent['type'], what: string) =>
      events.some((event) => isAbout(event, type, what));
    await until(() => has('link.gone', 'br0'));
    expect(has('link.new', 'br0')).to.equal(true);
    expect(has('link.new', 'veth0')).to.equal(true);
    expect(has('link.gone', 'veth0')).to.equal(false);
    expect(has('address.new', '172.20.0.1/16')).to.equal(true);
    expect(has('address.gone', '172.20.0.1/16')).to.equal(true);
    expect(has('route.new', '10.9.0.0/16')).to.equal(true);
    expect(has('route.gone', '10.9.0.0/16')).to.equal(true);
    expect(has('link.new', 'elsewhere')).to.equal(false);
  });

  it('are of the chosen groups only', async () => {
    const { net, scratch, host } = pair();
    const events: NetlinkEvent[] = [];
    using _watch = scratch.inside(host, () =>
      watchRtnetlink({ groups: ['addresses'], onEvent: (event) => events.push(event) }),
    );
    addBridge(pair());
    net.addAddress('br0', '172.20.0.1/16');
    await until(() => events.length > 0);
    expect(events.map(({ type }) => type)).to.deep.equal(['address.new']);
  });

  it('say when some were lost, drop what is older, and go on', async () => {
    const { net, scratch, host } = pair();
    const events: NetlinkEvent[] = [];
    using _watch = scratch.inside(host, () =>
      watchRtnetlink({ receiveQueueBytes: 4096, onEvent: (event) => events.push(event) }),
    );
    addBridge(pair());
    for (let i = 0; i < 100; i++) net.setLink('br0', { mtu: 1300 + i });
    await until(() => events.some(({ type }) => type === 'overrun'));
    expect(events.at(-1)?.type).to.equal('overrun');
    events.length = 0;
    net.addAddress('br0', '172.20.0.1/16');
    await until(() => events.some(({ type }) => type === 'address.new'));
    expect(events.map(({ type }) => type)).to.not.include('overrun');
  });

  it('end with their listener', async () => {
    const { scratch, host } = pair();
    const events: NetlinkEvent[] = [];
    const watch = scratch.inside(host, () =>
      watchRtnetlink({ onEvent: (event) => events.push(event) }),
    );
    addBridge(pair());
    watch[Symbol.dispose]();
    watch[Symbol.dispose]();
    addPort(pair(), 'veth0');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(events).to.deep.equal([]);
  });
});

describe('rtnetlink: descriptors', () => {
  const pair = usePair();

  it('are given back, and a child has none', async () => {
    const { scratch, host } = pair();
    const sockets = () =>
      openDescriptors()
        .filter((name) => /^socket:/.test(name))
        .sort();
    const before = sockets();
    for (let i = 0; i < 50; i++) {
      using net = scratch.inside(host, openRtnetlink);
      using _watch = scratch.inside(host, () => watchRtnetlink({ onEvent: () => undefined }));
      net.links();
      await net.deleteLinkAsync('nothing').catch(() => undefined);
    }
    await eventually(() => expect(sockets()).to.deep.equal(before));
    const inherited = execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
    const stdio = ['0', '1', '2'].map((fd) => readlinkSync(`/proc/self/fd/${fd}`));
    const leaked = before.filter((name) => inherited.includes(name) && !stdio.includes(name));
    expect(leaked).to.deep.equal([]);
  });
});

describe('rtnetlink: a listing during changes', () => {
  const pair = usePair();

  it('is whole', async () => {
    const { net, scratch, host } = pair();
    const names = Array.from({ length: 100 }, (_, i) => `keep${i}`);
    net.batch((changes) => {
      names.forEach((name, i) => {
        changes.addLink({ kind: 'vxlan', name, vxlan: { vni: i + 1, port: 4789 } });
      });
    });
    const other = scratch.inside(host, openRtnetlink);
    using _other = other;
    // Deletions run on another thread while this one lists.
    for (let i = 0; i < 10; i++) {
      other.addLink({ kind: 'bridge', name: 'comes' });
      const gone = other.deleteLinkAsync('comes');
      const state = { done: false };
      const finished = gone.finally(() => {
        state.done = true;
      });
      do {
        const found = net.links().map(({ name }) => name);
        expect(found.filter((name) => name.startsWith('keep'))).to.have.members(names);
        await new Promise((resolve) => setImmediate(resolve));
      } while (!state.done);
      await finished;
    }
  });
});
