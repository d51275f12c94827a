import { expect } from 'chai';
import fc from 'fast-check';
import { type Cidr, cidr, formatCidr, overlaps } from '../../base/cidr.js';
import { Forbidden, InvalidParameter } from '../../base/errors.js';
import {
  addressPool,
  dockerLocalPools,
  firstFreeSubnet,
  parseAddressPool,
  refuseOverlap,
  ulaPool,
} from './pools.js';

const next = (taken: string[], request = {}) =>
  formatCidr(
    firstFreeSubnet(
      dockerLocalPools(),
      { family: 4, ...request },
      taken.map((text) => cidr(text)),
    ),
  );

describe('firstFreeSubnet', () => {
  const table: [string, string[], object, string][] = [
    ['nothing taken', [], {}, '172.17.0.0/16'],
    ['the first is taken', ['172.17.0.0/16'], {}, '172.18.0.0/16'],
    ['a small block inside', ['172.17.200.0/24'], {}, '172.18.0.0/16'],
    ['a big block around several', ['172.16.0.0/12'], {}, '192.168.0.0/20'],
    ['a hole between', ['172.16.0.0/14', '172.21.0.0/16'], {}, '172.20.0.0/16'],
    ['nested blocks', ['172.16.0.0/14', '172.17.1.0/24', '172.20.3.4/32'], {}, '172.21.0.0/16'],
    ['everything is a default route', ['fd00::/8'], {}, '172.17.0.0/16'],
    ['a size', ['172.17.0.0/24'], { prefix: 24 }, '172.17.1.0/24'],
    ['a size above the pool base', [], { prefix: 14 }, '172.20.0.0/14'],
    ['preferred and free', [], { preferred: cidr('172.29.0.0/16') }, '172.29.0.0/16'],
    [
      'preferred, not free',
      ['172.29.1.0/24'],
      { preferred: cidr('172.29.0.0/16') },
      '172.17.0.0/16',
    ],
  ];
  for (const [what, taken, request, expected] of table) {
    it(what, () => expect(next(taken, request)).to.equal(expected));
  }

  it('has 31 local subnets and then says so', () => {
    const taken: Cidr[] = [];
    for (let i = 0; i < 31; i++) {
      taken.push(firstFreeSubnet(dockerLocalPools(), { family: 4 }, taken));
    }
    expect(new Set(taken.map(formatCidr)).size).to.equal(31);
    expect(() => firstFreeSubnet(dockerLocalPools(), { family: 4 }, taken)).to.throw(
      InvalidParameter,
      'all predefined address pools have been fully subnetted',
    );
  });

  it('gives a subnet that is aligned, in its pool and free, whenever a search by hand finds one', () => {
    const block = fc
      .record({
        host: fc.integer({ min: 0, max: 0xffff }),
        prefix: fc.integer({ min: 18, max: 32 }),
      })
      .map(({ host, prefix }) => cidr(`10.0.${host >> 8}.${host & 255}/${prefix}`));
    return fc.assert(
      fc.property(fc.array(block, { maxLength: 40 }), (taken) => {
        const byHand = Array.from({ length: 64 }, (_, i) => cidr(`10.0.${i * 4}.0/22`)).find(
          (candidate) => !taken.some((other) => overlaps(candidate, other)),
        );
        const choose = () =>
          firstFreeSubnet([addressPool('10.0.0.0/16', 22)], { family: 4 }, taken);
        if (byHand) expect(formatCidr(choose())).to.equal(formatCidr(byHand));
        else expect(choose).to.throw('fully subnetted');
      }),
    );
  });
});

describe('ulaPool', () => {
  it('counts /64s behind the global id', () => {
    const pool = ulaPool(0x0123456789n);
    const first = firstFreeSubnet([pool], { family: 6 }, []);
    expect(formatCidr(first)).to.equal('fd01:2345:6789::/64');
    expect(formatCidr(firstFreeSubnet([pool], { family: 6 }, [first]))).to.equal(
      'fd01:2345:6789:1::/64',
    );
  });
});

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

describe('refuseOverlap', () => {
  it('uses the words of Docker', () =>
    expect(() => refuseOverlap(cidr('10.1.2.0/24'), [cidr('10.0.0.0/8')])).to.throw(
      Forbidden,
      'invalid pool request: Pool overlaps with other one on this address space',
    ));
});
