import { expect } from 'chai';
import { cidr } from '../../base/cidr.js';
import { Forbidden } from '../../base/errors.js';
import { formatIp, ip } from '../../base/ip.js';
import type { AddressSpace } from './address-space.js';
import { Ipam } from './ipam.js';

const web = { id: 'aaaaaaaaaaaaaaaa', name: 'web' };
const db = { id: 'bbbbbbbbbbbbbbbb', name: 'db' };
const two = ip('10.1.0.2');

describe('AddressSpace: claims', () => {
  let space: AddressSpace;
  beforeEach(() => {
    const ipam = new Ipam({ pools: [], avoid: () => [] });
    const auxiliary = new Map([['router', ip('10.1.0.9')]]);
    const spec = { family: 4 as const, subnet: cidr('10.1.0.0/28'), auxiliary };
    space = ipam.requestSubnets({ id: 'n', name: 'net' }, [spec], { chooseGateway: true });
  });
  const any = (holder = db) => formatIp(space.allocate({ family: 4, holder }).address);
  const take =
    (address = two, holder = db) =>
    () =>
      formatIp(space.allocate({ family: 4, address, holder }).address);

  it('keep an address from chance and from others, and name who has it', () => {
    space.claim(two, web);
    expect(any()).to.equal('10.1.0.3');
    expect(take()).to.throw(
      Forbidden,
      'Address already in use: 10.1.0.2 is held by container web (aaaaaaaaaaaa)',
    );
    expect(take(two, web)()).to.equal('10.1.0.2');
    expect(take()).to.throw('is held by container web');
  });

  it('outlive the lease', () => {
    space.claim(two, web);
    take(two, web)();
    space.release(two);
    expect(any()).to.equal('10.1.0.3');
    expect(take()).to.throw('is held by container web');
    expect(take(two, web)()).to.equal('10.1.0.2');
  });

  it('end with their withdrawal, but a lease stays', () => {
    space.claim(two, web);
    space.withdraw(two, web.id);
    expect(any()).to.equal('10.1.0.2');
    space.claim(ip('10.1.0.3'), web);
    take(ip('10.1.0.3'), web)();
    space.withdraw(ip('10.1.0.3'), web.id);
    expect(take(ip('10.1.0.3'))).to.throw('10.1.0.3 is held by container web');
    space.release(ip('10.1.0.3'));
    expect(any()).to.equal('10.1.0.3');
  });

  it('wait behind one another', () => {
    space.claim(two, web);
    space.claim(two, db);
    expect(take(two, db)).to.throw('held by container web');
    space.withdraw(two, web.id);
    expect(any(web)).to.equal('10.1.0.3');
    expect(take(two, db)()).to.equal('10.1.0.2');
  });

  it('wait behind a lease that was there before', () => {
    expect(any(db)).to.equal('10.1.0.2');
    space.claim(two, web);
    expect(take(two, web)).to.throw('10.1.0.2 is held by container db (bbbbbbbbbbbb)');
    space.release(two);
    expect(take(two, web)()).to.equal('10.1.0.2');
  });

  it('follow a container’s name', () => {
    space.claim(two, web);
    take(two, web)();
    space.claim(two, { ...web, name: 'front' });
    expect(take()).to.throw('held by container front');
  });

  it('count as in use, and are nothing outside the subnets', () => {
    const before = space.status().get('10.1.0.0/28');
    space.claim(two, web);
    space.claim(ip('10.2.0.2'), web);
    expect(space.status().get('10.1.0.0/28')).to.deep.equal({
      ipsInUse: (before?.ipsInUse ?? 0n) + 1n,
      dynamicIpsAvailable: (before?.dynamicIpsAvailable ?? 0n) - 1n,
    });
    space.withdraw(two, web.id);
    expect(space.status().get('10.1.0.0/28')).to.deep.equal(before);
  });

  for (const [address, who] of [
    ['10.1.0.1', 'the gateway'],
    ['10.1.0.9', 'the auxiliary address router'],
  ] as const) {
    it(`change nothing about ${address}, which is ${who}`, () => {
      space.claim(ip(address), db);
      expect(take(ip(address))).to.throw(`Address already in use: ${address} is ${who}`);
    });
  }
});
