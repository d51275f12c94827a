import { expect } from 'chai';
import { openConntrack } from '../../src/native/conntrack.js';
import { flowsOf, flowsToPort } from '../../src/native/conntrack-filter.js';
import type { Conntrack, ConntrackEntry } from '../../src/native/conntrack-model.js';
import { isRoot, World } from './world.js';

/** Ports 5000 of the host lead to port 53 of 127.0.0.9, a container as it were. */
const translation = `
table inet nat-test {
  chain output {
    type nat hook output priority -100; policy accept;
    ip daddr 127.0.0.1 udp dport 5000 dnat ip to 127.0.0.9:53
  }
  chain input {
    type filter hook input priority 0; policy accept;
    ct state established accept
  }
}`;

describe('conntrack: the table of a namespace of its own', () => {
  let world: World;
  let conntrack: Conntrack;

  before(function () {
    if (!isRoot()) this.skip();
  });

  beforeEach(() => {
    world = new World();
    world.exec('ip', ['link', 'set', 'lo', 'up']);
    world.exec('nft', ['-f', '-'], translation);
    conntrack = world.run(openConntrack);
  });

  afterEach(() => {
    conntrack?.[Symbol.dispose]();
    world?.[Symbol.dispose]();
  });

  function send(address: string, port: number, protocol = 'udp'): void {
    world.exec('bash', ['-c', `echo hello >/dev/${protocol}/${address}/${port} || true`]);
  }

  function destinations(): string[] {
    return conntrack
      .list()
      .map(({ protocol, original: o }) => `${protocol} ${o.destination} ${o.destinationPort}`)
      .sort();
  }

  it('sees a translated flow, both ways', () => {
    send('127.0.0.1', 5000);
    const flows = conntrack.list(4).filter(({ protocol }) => protocol === 'udp');
    expect(flows).to.have.length(1);
    const { family, original, reply } = flows[0] as ConntrackEntry;
    expect(family).to.equal(4);
    expect(original).to.include({
      source: '127.0.0.1',
      destination: '127.0.0.1',
      destinationPort: 5000,
    });
    expect(reply).to.deep.equal({
      source: '127.0.0.9',
      destination: '127.0.0.1',
      sourcePort: 53,
      destinationPort: original.sourcePort,
    });
    expect(conntrack.list(6)).to.deep.equal([]);
  });

  it('ends flows by the port of the host, not by that of the container', () => {
    send('127.0.0.1', 5000);
    send('127.0.0.1', 5001);
    expect(conntrack.deleteByHostPort('udp', 53)).to.equal(0);
    expect(conntrack.deleteByHostPort('tcp', 5000)).to.equal(0);
    expect(conntrack.deleteByHostPort('udp', 5000)).to.equal(1);
    expect(destinations()).to.deep.equal(['udp 127.0.0.1 5001']);
    expect(conntrack.deleteByHostPort('udp', 5000)).to.equal(0);
  });

  it('ends flows by the port of one address of the host', () => {
    send('127.0.0.1', 5001);
    send('127.0.0.2', 5001);
    expect(conntrack.deleteByHostPort('udp', 5001, '127.0.0.2')).to.equal(1);
    expect(destinations()).to.deep.equal(['udp 127.0.0.1 5001']);
  });

  it('ends flows by the address of a container, translated or not', () => {
    send('127.0.0.1', 5000);
    send('127.0.0.9', 6000);
    send('127.0.0.2', 6000);
    expect(conntrack.deleteByAddress('127.0.0.9')).to.equal(2);
    expect(destinations()).to.deep.equal(['udp 127.0.0.2 6000']);
  });

  it('ends what any of several filters means, looking once', () => {
    send('127.0.0.1', 5000);
    send('127.0.0.2', 6000);
    send('127.0.0.3', 7000);
    expect(conntrack.count()).to.equal(3);
    const ended = conntrack.flush(flowsOf('127.0.0.9'), flowsToPort('udp', 7000), flowsOf('::1'));
    expect(ended).to.equal(2);
    expect(destinations()).to.deep.equal(['udp 127.0.0.2 6000']);
    expect(conntrack.flush()).to.equal(0);
  });

  it('lets the event loop go on, and synchronous calls in between', async () => {
    send('127.0.0.1', 5000);
    send('127.0.0.2', 6000);
    send('127.0.0.3', 7000);
    const both = [flowsOf('127.0.0.9'), flowsOf('127.0.0.2')].map((f) => conntrack.flushAsync(f));
    expect(conntrack.deleteByAddress('127.0.0.3')).to.equal(1);
    expect(await Promise.all(both)).to.deep.equal([1, 1]);
    expect(conntrack.count()).to.equal(0);
    expect(await conntrack.flushAsync(flowsOf('127.0.0.1'))).to.equal(0);
  });

  it('knows IPv6', () => {
    send('::1', 5000);
    send('127.0.0.1', 5001);
    expect(conntrack.deleteByAddress('0:0::1')).to.equal(1);
    expect(destinations()).to.deep.equal(['udp 127.0.0.1 5001']);
  });

  it('stays in the namespace it was opened in', () => {
    using other = new World();
    send('127.0.0.1', 5001);
    using elsewhere = other.run(openConntrack);
    expect(elsewhere.list()).to.deep.equal([]);
    expect(elsewhere.flush({ matches: () => true })).to.equal(0);
    expect(destinations()).to.have.length(1);
    expect(other.run(() => conntrack.flush({ matches: () => true }))).to.equal(1);
    expect(destinations()).to.deep.equal([]);
  });

  it('ends hundreds in one go', () => {
    const loop =
      'for i in $(seq 2000 2499); do echo x >/dev/udp/127.0.0.1/$i; done 2>/dev/null; true';
    world.exec('bash', ['-c', loop]);
    const { length } = conntrack.list();
    expect(length).to.be.greaterThan(490);
    expect(conntrack.flush({ family: 4, matches: () => true })).to.equal(length);
    expect(conntrack.list()).to.deep.equal([]);
  });

  it('takes an entry that is gone already for ended', () => {
    send('127.0.0.1', 5001);
    const matches = () => world.exec('conntrack', ['-F']) !== undefined;
    expect(conntrack.flush({ matches })).to.equal(0);
  });
});
