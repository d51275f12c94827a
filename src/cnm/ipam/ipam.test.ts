import { expect } from 'chai';
import { type Cidr, cidr, formatCidr } from '../../base/cidr.js';
import { Conflict, Forbidden, InvalidParameter, System } from '../../base/errors.js';
import { formatIp, ip } from '../../base/ip.js';
import type { AddressSpace } from './address-space.js';
import { type IpamConfigEntry, parseIpamConfig } from './config.js';
import { Ipam, type SpaceOptions } from './ipam.js';
import { dockerLocalPools, ulaPool } from './pools.js';

const bridge: SpaceOptions = { chooseGateway: true };
const make = (avoid: Cidr[] = []) =>
  new Ipam({ pools: [...dockerLocalPools(), ulaPool(1n)], avoid: () => avoid });

function request(
  ipam: Ipam,
  name: string,
  entries: IpamConfigEntry[] = [],
  options: SpaceOptions = bridge,
  ipv6 = false,
): AddressSpace {
  return ipam.requestSubnets(
    { id: `${name}-id`, name },
    parseIpamConfig(entries, { ipv4: true, ipv6 }),
    options,
  );
}
const shown = (space: AddressSpace) =>
  space.subnets.map(
    ({ subnet, gateway }) => `${formatCidr(subnet)} ${gateway ? formatIp(gateway) : '-'}`,
  );
const lease = (space: AddressSpace, address?: string) =>
  formatIp(space.allocate({ family: 4, ...(address && { address: ip(address) }) }).address);

describe('Ipam', () => {
  it('gives each network the next subnet, its gateway first', () => {
    const ipam = make([cidr('172.18.4.0/24')]);
    expect(shown(request(ipam, 'a'))).to.deep.equal(['172.17.0.0/16 172.17.0.1']);
    expect(shown(request(ipam, 'b', [], bridge, true))).to.deep.equal([
      '172.19.0.0/16 172.19.0.1',
      'fd00:0:1::/64 fd00:0:1::1',
    ]);
    ipam.releaseSubnets('a-id');
    expect(shown(request(ipam, 'c'))).to.deep.equal(['172.17.0.0/16 172.17.0.1']);
  });

  it('refuses a subnet that overlaps, but does not check a named one against the host', () => {
    const ipam = make([cidr('10.0.0.0/8')]);
    request(ipam, 'a', [{ Subnet: '10.1.0.0/16' }]);
    expect(() => request(ipam, 'b', [{ Subnet: '10.1.2.0/24' }])).to.throw(Forbidden, 'overlaps');
    expect(() =>
      request(ipam, 'c', [{ Subnet: '10.2.0.0/16' }, { Subnet: '10.2.3.0/24' }]),
    ).to.throw(Forbidden, 'overlaps');
    expect(shown(request(ipam, 'c', [{ Subnet: '10.2.0.0/16' }]))).to.have.length(1);
  });

  it('leaves nothing behind when a request fails', () => {
    const ipam = make();
    const entry = { Subnet: '10.1.0.0/24', Gateway: '10.1.0.255' };
    expect(() => request(ipam, 'a', [entry])).to.throw(Forbidden, 'Address already in use');
    expect(ipam.space('a-id')).to.equal(undefined);
    expect(shown(request(ipam, 'a', [{ Subnet: '10.1.0.0/24' }]))).to.have.length(1);
    expect(() => request(ipam, 'a')).to.throw(Conflict);
  });

  it('keeps gateway and auxiliary addresses from endpoints', () => {
    const space = request(make(), 'a', [
      {
        Subnet: '10.1.0.0/29',
        Gateway: '10.1.0.2',
        AuxiliaryAddresses: { one: '10.1.0.1', same: '10.1.0.2', three: '10.1.0.4' },
      },
    ]);
    expect([lease(space), lease(space), lease(space)]).to.deep.equal([
      '10.1.0.3',
      '10.1.0.5',
      '10.1.0.6',
    ]);
    expect(() => lease(space)).to.throw(
      System,
      "no available IPv4 addresses on this network's address pools: a (a-id)",
    );
    expect(() => lease(space, '10.1.0.2')).to.throw(Forbidden, 'Address already in use');
    expect(() => lease(space, '10.2.0.2')).to.throw(
      InvalidParameter,
      "invalid address 10.2.0.2: It does not belong to any of this network's subnets",
    );
    expect(() => space.subnetOf(ip('10.2.0.2'))).to.throw(
      'no configured subnet contains IP address 10.2.0.2',
    );
  });

  it('shows Docker’s numbers for a new bridge', () => {
    const space = request(make(), 'a', [{ Subnet: '192.168.7.0/24', IPRange: '192.168.7.128/25' }]);
    expect(space.status().get('192.168.7.0/24')).to.deep.equal({
      ipsInUse: 3n,
      dynamicIpsAvailable: 126n,
    });
  });

  it('is rebuilt by asking again for what there was', () => {
    const before = request(make(), 'a');
    const address = lease(before);
    const [assigned] = before.subnets;
    if (!assigned) throw new Error('no subnet');
    const after = make([cidr('172.17.0.0/16')]).requestSubnets(
      { id: 'a-id', name: 'a' },
      [{ ...assigned, family: 4 }],
      bridge,
    );
    expect(lease(after, address)).to.equal(address);
    expect(after.subnets).to.deep.equal(before.subnets);
    expect(after.status()).to.deep.equal(before.status());
  });

  it('takes the preferred subnet while it is free', () => {
    const options = { chooseGateway: true, preferred: [cidr('172.25.0.0/16')] };
    const ipam = make();
    expect(shown(request(ipam, 'a', [], options))).to.deep.equal(['172.25.0.0/16 172.25.0.1']);
    expect(shown(request(ipam, 'b', [], options))).to.deep.equal(['172.17.0.0/16 172.17.0.1']);
  });

  it('lets shared networks overlap without leasing an address twice', () => {
    const ipam = make();
    const shared = { chooseGateway: false, shared: true };
    const a = request(ipam, 'a', [{ Subnet: '10.1.0.0/24' }], shared);
    const b = request(ipam, 'b', [{ Subnet: '10.1.0.0/25' }], shared);
    expect(shown(a)).to.deep.equal(['10.1.0.0/24 -']);
    expect([lease(a), lease(b), lease(a)]).to.deep.equal(['10.1.0.1', '10.1.0.2', '10.1.0.3']);
    a.release(ip('10.1.0.1'));
    expect(lease(b)).to.equal('10.1.0.1');
    expect(() => request(ipam, 'c', [{ Subnet: '10.1.0.0/24' }])).to.throw(Forbidden);
  });

  it('gives back the subnets of a request that fails', () => {
    const ipam = make();
    const bad = [{ Subnet: '0.0.0.0/24' }, { Subnet: '10.1.0.0/24', Gateway: '10.1.0.255' }];
    expect(() => request(ipam, 'a', bad)).to.throw('failed to allocate gateway (10.1.0.255)');
    expect(shown(request(ipam, 'b', bad.slice(0, 1)))).to.deep.equal(['172.17.0.0/24 172.17.0.1']);
  });

  it('takes what is routed elsewhere last', () => {
    const routed = { ...cidr('172.16.0.0/12'), ifPossible: true };
    const pools = dockerLocalPools();
    const ipam = new Ipam({ pools, avoid: () => [routed, cidr('192.168.0.0/17')] });
    const subnets = Array.from({ length: 9 }, (_, i) => shown(request(ipam, `n${i}`))[0]);
    expect(subnets[0]).to.equal('192.168.128.0/20 192.168.128.1');
    expect(subnets.slice(7)).to.deep.equal([
      '192.168.240.0/20 192.168.240.1',
      '172.17.0.0/16 172.17.0.1',
    ]);
  });

  it('takes 0.0.0.0/0 and an empty entry for any subnet', () => {
    const ipam = make();
    expect(shown(request(ipam, 'a', [{ Subnet: '0.0.0.0/0' }]))).to.deep.equal([
      '172.17.0.0/16 172.17.0.1',
    ]);
    expect(shown(request(ipam, 'b', [{}]))).to.deep.equal(['172.18.0.0/16 172.18.0.1']);
  });

  it('leases the named default gateway as the way out, on bridges', () => {
    const entry = {
      Subnet: '10.1.0.0/24',
      AuxiliaryAddresses: { DefaultGatewayIPv4: '10.1.0.254' },
    };
    const way = (options: SpaceOptions) => {
      const space = request(make(), 'a', [entry], options);
      return [shown(space), formatIp(space.allocate({ family: 4 }).gateway ?? ip('::'))];
    };
    expect(way({ ...bridge, namesGateway: true })).to.deep.equal([
      ['10.1.0.0/24 10.1.0.1'],
      '10.1.0.254',
    ]);
    expect(way(bridge)).to.deep.equal([['10.1.0.0/24 10.1.0.1'], '10.1.0.1']);
  });

  it('hands out /31 and /32 whole, and the end of a 64-bit range', () => {
    const ipam = make();
    const plain = { chooseGateway: false };
    const pair = request(ipam, 'a', [{ Subnet: '10.1.0.0/31' }], plain);
    expect([lease(pair), lease(pair)]).to.deep.equal(['10.1.0.0', '10.1.0.1']);
    expect(lease(request(ipam, 'b', [{ Subnet: '10.1.0.9/32' }], plain))).to.equal('10.1.0.9');
    const end = 'fd00::1:ffff:ffff:ffff:fffe';
    const wide = request(ipam, 'c', [{ Subnet: 'fd00::/40', IPRange: `${end}/127` }], plain, true);
    const next = () => formatIp(wide.allocate({ family: 6 }).address);
    expect([next(), next()]).to.deep.equal([end, 'fd00::1:ffff:ffff:ffff:ffff']);
    expect(next).to.throw("no available IPv6 addresses on this network's address pools: c (c-id)");
  });

  it('goes on behind the last address where it is asked to', () => {
    const space = request(make(), 'a', [{ Subnet: '10.1.0.0/29' }], { ...bridge, serial: true });
    expect([lease(space), lease(space)]).to.deep.equal(['10.1.0.2', '10.1.0.3']);
    space.release(ip('10.1.0.2'));
    expect([lease(space), lease(space), lease(space)]).to.deep.equal([
      '10.1.0.4',
      '10.1.0.5',
      '10.1.0.6',
    ]);
    expect(lease(space)).to.equal('10.1.0.2');
    expect(() => lease(space)).to.throw('no available IPv4 addresses');
  });
});
