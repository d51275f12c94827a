import { expect } from 'chai';
import { cidr, formatCidr } from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { parseAddressPool, poolsOf, ulaPool } from './pools.js';

describe('parseAddressPool', () => {
  it('reads base and size', () =>
    expect(parseAddressPool('base=10.5.0.0/16,size=24')).to.deep.equal({
      base: cidr('10.5.0.0/16'),
      size: 24,
    }));
  for (const bad of [
    '',
    'base=10.0.0.0/8',
    'base=10.0.0.0/8,size=7',
    'base=10.0.0.0/8,size=33',
    'base=x,size=24',
    'base=10.0.0.0/8,size=24,scope=local',
  ]) {
    it(`refuses ${JSON.stringify(bad)}`, () =>
      expect(() => parseAddressPool(bad)).to.throw(InvalidParameter));
  }
});

describe('poolsOf', () => {
  const ula = ulaPool(1n);
  const names = (configured: string[]) =>
    poolsOf(configured.map(parseAddressPool), ula).map(
      ({ base, size }) => `${formatCidr(base)} ${size}`,
    );
  const ulaName = 'fd00:0:1::/48 64';

  it('has Docker’s first, then further ones for more than 4000 networks', () => {
    expect(names([])).to.deep.equal([
      '172.17.0.0/16 16',
      '172.18.0.0/16 16',
      '172.19.0.0/16 16',
      '172.20.0.0/14 16',
      '172.24.0.0/14 16',
      '172.28.0.0/14 16',
      '192.168.0.0/16 20',
      '10.208.0.0/12 24',
      ulaName,
    ]);
  });

  it('has only what is configured, lowest first, and none inside another', () =>
    expect(
      names(['base=10.9.0.0/16,size=24', 'base=10.5.0.0/16,size=20', 'base=10.5.4.0/24,size=28']),
    ).to.deep.equal(['10.5.0.0/16 20', '10.9.0.0/16 24', ulaName]));

  it('has no other IPv6 pool where one is configured', () =>
    expect(names(['base=fd12::/56,size=64'])).to.deep.equal(['fd12::/56 64']));
});
