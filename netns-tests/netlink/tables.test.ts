import { expect } from 'chai';
import { addBridge, addPort, type IpAddress, type Pair, refusal, usePair } from './pair.js';

function ipAddresses({ scratch, host }: Pair, link: string) {
  const found = scratch.json<IpAddress[]>(host, 'ip', 'address', 'show', 'dev', link);
  return found[0]?.addr_info ?? [];
}

function ipJson({ scratch, host }: Pair, program: 'ip' | 'bridge', ...args: string[]) {
  return scratch.json<Record<string, unknown>[]>(host, program, ...args);
}

describe('rtnetlink: addresses, routes, neighbours, forwarding entries', () => {
  const pair = usePair();

  it('adds and deletes addresses', () => {
    const { net } = pair();
    addBridge(pair());
    addPort(pair(), 'veth0');
    net.addAddress('br0', '172.20.0.1/16');
    net.addAddress('br0', 'fd00::1/64');
    const [v4, v6] = ['172.20.0.1', 'fd00::1'].map((local) =>
      ipAddresses(pair(), 'br0').find((address) => address['local'] === local),
    );
    expect(v4).to.include({ prefixlen: 16, broadcast: '172.20.255.255', scope: 'global' });
    expect(v6).to.include({ prefixlen: 64, nodad: true }).and.not.have.property('tentative');
    const linkIndex = net.link('br0')?.index;
    expect(net.addresses()).to.include.deep.members([
      { linkIndex, address: '172.20.0.1/16', family: 4, scope: 'global' },
      { linkIndex, address: 'fd00::1/64', family: 6, scope: 'global' },
    ]);
    net.deleteAddress('br0', '172.20.0.1/16');
    net.deleteAddress('br0', 'fd00::1/64');
    const left = ipAddresses(pair(), 'br0').map((address) => address['local']);
    expect(left).to.not.include.members(['172.20.0.1']).and.not.include.members(['fd00::1']);
    expect(refusal(() => net.deleteAddress('br0', '172.20.0.1/16')).code).to.equal('EADDRNOTAVAIL');
  });

  it('adds and deletes routes', () => {
    const { net } = pair();
    addBridge(pair());
    net.addAddress('br0', '172.20.0.1/16');
    net.addAddress('br0', 'fd00::1/64');
    const specs = [
      { destination: 'default', family: 4, gateway: '172.20.0.9' },
      { destination: '10.9.0.0/16', family: 4, gateway: '172.20.0.9', metric: 5, link: 'br0' },
      { destination: '10.8.0.0/16', family: 4, link: 'br0', source: '172.20.0.1' },
      { destination: 'default', family: 6, gateway: 'fd00::9' },
      { destination: 'fd09::/64', family: 6, link: 'br0' },
    ] as const;
    for (const spec of specs) net.addRoute(spec);
    const shown = ipJson(pair(), 'ip', 'route', 'show').map(({ flags: _, ...route }) => route);
    expect(shown).to.deep.include.members([
      { dst: 'default', gateway: '172.20.0.9', dev: 'br0' },
      { dst: '10.9.0.0/16', gateway: '172.20.0.9', dev: 'br0', metric: 5 },
      { dst: '10.8.0.0/16', dev: 'br0', scope: 'link', prefsrc: '172.20.0.1' },
    ]);
    for (const family of [4, 6] as const) {
      const all = net.routes(family).filter(({ table }) => table === 254);
      expect(net.routes(family, 254)).to.deep.equal(all).and.not.to.have.length(0);
      expect(net.routes(family, 4711)).to.deep.equal([]);
    }
    const linkIndex = net.link('br0')?.index;
    const main = net.routes().filter(({ table, protocol }) => table === 254 && protocol === 3);
    const made = { linkIndex, table: 254, protocol: 3 };
    expect(main).to.have.deep.members([
      { ...made, destination: 'default', family: 4, gateway: '172.20.0.9' },
      { ...made, destination: '10.9.0.0/16', family: 4, gateway: '172.20.0.9', metric: 5 },
      { ...made, destination: '10.8.0.0/16', family: 4, source: '172.20.0.1' },
      { ...made, destination: 'default', family: 6, gateway: 'fd00::9', metric: 1024 },
      { ...made, destination: 'fd09::/64', family: 6, metric: 1024 },
    ]);
    expect(net.routes(6).every(({ family }) => family === 6)).to.equal(true);
    for (const spec of specs) net.deleteRoute(spec);
    expect(net.routes().filter(({ protocol }) => protocol === 3)).to.deep.equal([]);
    expect(refusal(() => net.deleteRoute(specs[1])).code).to.equal('ESRCH');
    expect(
      refusal(() => net.addRoute({ destination: '10.1.0.0/16', family: 4, gateway: '192.0.2.1' })),
    ).to.include({ kernelMessage: 'Nexthop has invalid gateway' });
  });

  it('adds, replaces and deletes neighbours', () => {
    const { net } = pair();
    addBridge(pair());
    const entry = { link: 'br0', address: '172.20.0.7', mac: '02:00:00:00:00:76', permanent: true };
    net.addNeighbor(entry);
    net.addNeighbor({ ...entry, mac: '02:00:00:00:00:77' });
    net.addNeighbor({ link: 'br0', address: 'fd00::7', mac: '02:00:00:00:00:78' });
    const found = ipJson(pair(), 'ip', 'neighbor', 'show');
    expect(found.find(({ dst }) => dst === '172.20.0.7')).to.deep.include({
      lladdr: '02:00:00:00:00:77',
      state: ['PERMANENT'],
    });
    expect(found.find(({ dst }) => dst === 'fd00::7')).to.deep.include({ state: ['REACHABLE'] });
    const linkIndex = net.link('br0')?.index;
    expect(net.neighbors()).to.deep.include({
      linkIndex,
      address: '172.20.0.7',
      mac: '02:00:00:00:00:77',
      state: 0x80,
    });
    net.deleteNeighbor(entry);
    net.deleteNeighbor({ link: 'br0', address: 'fd00::7' });
    const left = net.neighbors().filter(({ mac }) => mac?.startsWith('02:00:00:00:00:7'));
    expect(left).to.deep.equal([]);
  });

  it('adds and deletes forwarding entries of ports and of vxlan', () => {
    const { net } = pair();
    addBridge(pair());
    addPort(pair(), 'veth0');
    net.addLink({ kind: 'vxlan', name: 'vx0', vxlan: { vni: 42, port: 4789 } });
    const entries = [
      { link: 'veth0', mac: '02:00:00:00:00:98' },
      { link: 'vx0', mac: '02:00:00:00:00:99', destination: '172.20.0.5' },
      { link: 'vx0', mac: '00:00:00:00:00:00', destination: '172.20.0.5' },
      { link: 'vx0', mac: '00:00:00:00:00:00', destination: '172.20.0.6' },
    ];
    for (const entry of entries) net.addFdb(entry);
    const shown = ipJson(pair(), 'bridge', 'fdb', 'show');
    expect(shown.find(({ mac }) => mac === '02:00:00:00:00:98')).to.include({
      ifname: 'veth0',
      master: 'br0',
      state: 'static',
    });
    expect(shown.filter(({ ifname, dst }) => ifname === 'vx0' && dst)).to.have.length(3);
    const index = (name: string) => net.link(name)?.index;
    expect(net.fdb()).to.include.deep.members([
      { linkIndex: index('veth0'), mac: '02:00:00:00:00:98', masterIndex: index('br0') },
      { linkIndex: index('vx0'), mac: '02:00:00:00:00:99', destination: '172.20.0.5' },
      { linkIndex: index('vx0'), mac: '00:00:00:00:00:00', destination: '172.20.0.6' },
    ]);
    for (const entry of entries) net.deleteFdb(entry);
    const left = net.fdb().filter(({ mac, destination }) => destination || mac.endsWith('98'));
    expect(left).to.deep.equal([]);
  });
});
