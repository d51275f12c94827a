import { expect } from 'chai';
import { addBridge, ipLink, refusal, usePair } from './pair.js';

describe('rtnetlink: batches', () => {
  const pair = usePair();

  it('speaks of links that it makes itself', () => {
    const { net, far, farNet } = pair();
    net.batch((changes) => {
      changes.addLink({ kind: 'bridge', name: 'br0', up: true, alias: 'web' });
      changes.addAddress('br0', '172.20.0.1/16');
      changes.addLink({
        kind: 'veth',
        name: 'veth0',
        master: 'br0',
        up: true,
        peer: { name: 'eth0', netnsFd: far },
      });
      changes.addLink({ kind: 'veth', name: 'a', peer: { name: 'b' } });
      changes.setLink('b', { up: true, mac: '02:00:00:00:00:0b' });
      changes.setLink('a', { up: true, master: 'br0', bridgePort: { hairpin: true } });
      changes.addRoute({ destination: '10.0.0.0/8', family: 4, link: 'br0' });
      changes.addFdb({ link: 'a', mac: '02:00:00:00:00:98' });
      changes.addNeighbor({ link: 'br0', address: '172.20.0.2', mac: '02:00:00:00:00:02' });
    });
    const br0 = net.link('br0')?.index;
    expect(net.link('br0')).to.include({ alias: 'web', up: true });
    expect(net.link('veth0')?.masterIndex).to.equal(br0);
    expect(net.link('b')).to.include({ mac: '02:00:00:00:00:0b', up: true });
    expect(ipLink(pair(), 'a')?.linkinfo?.info_slave_data).to.include({ hairpin: true });
    expect(net.addresses().map(({ address }) => address)).to.include('172.20.0.1/16');
    expect(net.routes(4).map(({ destination }) => destination)).to.include('10.0.0.0/8');
    expect(farNet.link('eth0')).to.include({ kind: 'veth' });
  });

  it('follows a link that it renames, makes anew or moves', () => {
    const { net, far, farNet } = pair();
    addBridge(pair());
    net.batch((changes) => {
      changes.setLink('br0', { up: false });
      changes.setLink('br0', { name: 'old' });
      changes.setLink('old', { up: true });
      changes.addAddress('old', '10.0.0.1/24');
      changes.addLink({ kind: 'bridge', name: 'br0' });
      changes.addAddress('br0', '10.0.1.1/24');
      changes.addLink({ kind: 'veth', name: 'v', peer: { name: 'w' } });
      changes.setLink('w', { netnsFd: far, name: 'eth0' });
      changes.addLink({ kind: 'bridge', name: 'w' });
    });
    const linkOf = (address: string) =>
      net.addresses().find((found) => found.address === address)?.linkIndex;
    expect(linkOf('10.0.0.1/24')).to.equal(net.link('old')?.index);
    expect(linkOf('10.0.1.1/24')).to.equal(net.link('br0')?.index);
    expect(net.link('w')?.kind).to.equal('bridge');
    expect(farNet.link('eth0')?.kind).to.equal('veth');
  });

  it('throws the first refusal when all has been tried', () => {
    const { net } = pair();
    addBridge(pair());
    const before = net.addresses();
    const error = refusal(() =>
      net.batch((changes) => {
        changes.addLink({ kind: 'bridge', name: 'first' });
        changes.addLink({ kind: 'bridge', name: 'br0' });
        // For the new bridge, not for the old one of the name.
        changes.addAddress('br0', '10.0.0.1/24');
        changes.setLink('first', { mtu: 1 });
        changes.addLink({ kind: 'bridge', name: 'last' });
      }),
    );
    expect(error).to.include({ code: 'EEXIST', operation: 'addLink br0' });
    expect(net.links().map(({ name }) => name)).to.include.members(['first', 'last']);
    expect(net.addresses().filter(({ family }) => family === 4)).to.deep.equal(
      before.filter(({ family }) => family === 4),
    );
    expect(net.link('br0')).to.include({ up: true });
  });

  it('sends nothing if its building fails', () => {
    const { net } = pair();
    const build = () =>
      net.batch((changes) => {
        changes.addLink({ kind: 'bridge', name: 'br0' });
        changes.addAddress('nothing', '10.0.0.1/8');
      });
    expect(refusal(build)).to.include({ code: 'ENODEV' });
    expect(net.links().map(({ name }) => name)).to.deep.equal(['lo']);
    net.batch(() => undefined);
  });
});
