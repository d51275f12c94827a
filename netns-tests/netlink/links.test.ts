import { expect } from 'chai';
import { addBridge, addPort, ipLink, refusal, usePair } from './pair.js';

describe('rtnetlink: links', () => {
  const pair = usePair();

  it('makes a bridge', () => {
    const { net } = pair();
    net.addLink({
      kind: 'bridge',
      name: 'br0',
      mac: '02:00:00:00:00:01',
      mtu: 1400,
      up: true,
      alias: 'network web',
      bridge: { stp: false, forwardDelaySeconds: 0 },
    });
    const link = ipLink(pair(), 'br0');
    expect(link).to.include({ mtu: 1400, address: '02:00:00:00:00:01', ifalias: 'network web' });
    expect(link?.flags).to.include('UP');
    expect(link?.linkinfo?.info_data).to.include({ stp_state: 0, forward_delay: 0 });
    expect(net.link('br0')).to.deep.equal({
      index: link?.ifindex,
      name: 'br0',
      kind: 'bridge',
      mac: '02:00:00:00:00:01',
      mtu: 1400,
      up: true,
      operState: 'down',
      alias: 'network web',
    });
  });

  it('makes a veth whose peer is born elsewhere, named, addressed, and its own end a port', () => {
    const { far, farNet, net } = pair();
    addBridge(pair());
    net.addLink({
      kind: 'veth',
      name: 'veth0',
      mac: '02:00:00:00:00:02',
      mtu: 1450,
      master: 'br0',
      up: true,
      peer: { name: 'eth0', mac: '02:00:00:00:00:03', mtu: 1450, netnsFd: far },
    });
    farNet.setLink('eth0', { up: true });
    expect(ipLink(pair(), 'veth0')).to.include({
      master: 'br0',
      mtu: 1450,
      address: '02:00:00:00:00:02',
    });
    expect(ipLink(pair(), 'eth0', far)).to.include({ mtu: 1450, address: '02:00:00:00:00:03' });
    const veth = net.link('veth0');
    expect(veth).to.include({ masterIndex: net.link('br0')?.index, up: true, kind: 'veth' });
    expect(veth?.peerIndex).to.equal(farNet.link('eth0')?.index);
    expect(veth?.peerNetnsId).to.be.a('number');
    expect(net.link('eth0')).to.equal(undefined);
  });

  it('makes macvlan and vxlan', () => {
    const { net } = pair();
    addBridge(pair());
    addPort(pair(), 'veth0');
    net.addLink({ kind: 'macvlan', name: 'mac0', parent: 'br0', mode: 'private' });
    net.addLink({
      kind: 'vxlan',
      name: 'vx0',
      vxlan: { vni: 42, port: 4790, learning: false, local: '10.0.0.1', parent: 'br0' },
    });
    expect(ipLink(pair(), 'mac0')?.linkinfo?.info_data).to.include({ mode: 'private' });
    expect(ipLink(pair(), 'vx0')?.linkinfo?.info_data).to.include({
      id: 42,
      port: 4790,
      learning: false,
      local: '10.0.0.1',
      link: 'br0',
    });
  });

  it('makes a macvlan in another namespace, where the name is taken here', () => {
    const { net, far, farNet } = pair();
    addBridge(pair());
    net.addLink({
      kind: 'macvlan',
      name: 'br0',
      mac: '02:00:00:00:00:55',
      mtu: 1400,
      netnsFd: far,
      parent: 'br0',
      mode: 'bridge',
    });
    expect(farNet.link('br0')).to.include({ kind: 'macvlan', mac: '02:00:00:00:00:55', mtu: 1400 });
    expect(net.link('br0')?.kind).to.equal('bridge');
  });

  it('changes a link, by its name in the socket’s own namespace', () => {
    const { far, farNet, net } = pair();
    addBridge(pair());
    addPort(pair(), 'veth0');
    net.setLink('veth0', { up: false, master: null });
    expect(net.link('veth0')).to.include({ up: false }).and.not.have.property('masterIndex');
    net.setLink('veth0', { name: 'veth9', mtu: 1300, mac: '02:00:00:00:00:09', alias: 'hello' });
    expect(ipLink(pair(), 'veth9')).to.include({
      mtu: 1300,
      address: '02:00:00:00:00:09',
      ifalias: 'hello',
    });
    net.setLink('veth9', { netnsFd: far, name: 'eth9' });
    expect(net.link('veth9')).to.equal(undefined);
    expect(farNet.link('eth9')).to.include({ mtu: 1300 });
  });

  it('sets a port of a bridge, in the same call as joining it', () => {
    const { net } = pair();
    addBridge(pair());
    net.addLink({ kind: 'veth', name: 'veth0', up: true, peer: { name: 'veth1' } });
    net.setLink('veth1', { up: true });
    net.setLink('veth0', { master: 'br0', bridgePort: { hairpin: true, state: 'disabled' } });
    const port = ipLink(pair(), 'veth0')?.linkinfo?.info_slave_data;
    expect(port).to.include({ hairpin: true, state: 'disabled' });
    net.setLink('veth0', { bridgePort: { hairpin: false, state: 'forwarding' } });
    const again = ipLink(pair(), 'veth0')?.linkinfo?.info_slave_data;
    expect(again).to.include({ hairpin: false, state: 'forwarding' });
  });

  it('deletes at once and on another thread', async () => {
    const { net, farNet } = pair();
    addBridge(pair());
    for (const name of ['veth0', 'veth1', 'veth2']) addPort(pair(), name);
    net.deleteLink('veth0');
    expect(farNet.link('veth0-peer')).to.equal(undefined);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const failed = net.deleteLinkAsync('nothing').catch((error: unknown) => error);
    await Promise.all([net.deleteLinkAsync('veth1'), net.deleteLinkAsync('veth2')]);
    clearInterval(timer);
    expect(ticks).to.be.greaterThan(0);
    expect(net.links().map(({ name }) => name)).to.have.members(['lo', 'br0']);
    expect(await failed).to.include({ code: 'ENODEV', operation: 'deleteLink nothing' });
  });

  it('does the deletions asked for before it is disposed', async () => {
    const { net, farNet } = pair();
    addBridge(pair());
    addPort(pair(), 'veth0');
    const deleted = net.deleteLinkAsync('veth0');
    net[Symbol.dispose]();
    await deleted;
    expect(farNet.link('veth0-peer')).to.equal(undefined);
    expect(refusal(() => net.links())).to.include({ code: 'EBADF' });
  });

  it('lists thousands, a listing taking many pieces', () => {
    const { net } = pair();
    const names = Array.from({ length: 2000 }, (_, i) => `x${i}`);
    // Of all kinds the one that the kernel is quickest to clear away: a bridge takes it 16 ms.
    net.batch((changes) => {
      names.forEach((name, i) => {
        changes.addLink({ kind: 'vxlan', name, vxlan: { vni: i + 1, port: 4789 } });
      });
    });
    const before = process.cpuUsage();
    const found = net.links().map(({ name }) => name);
    const { user, system } = process.cpuUsage(before);
    // Of this process's time, whatever else the machine does.
    expect((user + system) / 1000).to.be.lessThan(1000);
    expect(found).to.have.members(['lo', ...names]);
  });

  it("gives the kernel's own words", () => {
    const { net } = pair();
    addBridge(pair());
    expect(refusal(() => addBridge(pair()))).to.include({ code: 'EEXIST', errno: 17 });
    expect(refusal(() => net.setLink('br0', { mtu: 1 }))).to.include({
      code: 'EINVAL',
      operation: 'setLink br0',
      kernelMessage: 'mtu less than device minimum',
    });
    expect(refusal(() => net.setLink('none', { up: true })).code).to.equal('ENODEV');
    expect(refusal(() => net.addAddress('none', '10.0.0.1/8'))).to.include({
      code: 'ENODEV',
      operation: 'addAddress 10.0.0.1/8 on none',
    });
  });
});
