import { expect } from 'chai';
import fc from 'fast-check';
import { type Cidr, cidr, formatCidr, overlaps } from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { addressPool, dockerLocalPools, furtherLocalPools, ulaPool } from './pools.js';
import { SubnetIndex } from './subnet-index.js';
import { SubnetPools } from './subnet-pools.js';

const noNetwork = { network: () => undefined, passing: () => undefined };
const passing = (taken: readonly Cidr[]) => ({
  ...noNetwork,
  passing: (block: Cidr) => taken.find((other) => overlaps(other, block)),
});

/** Networks that come and go on pools, as `Ipam` has them; `looks` counts how often a block is looked up. */
class Networks {
  readonly pools: SubnetPools;
  readonly index = new SubnetIndex();
  readonly taken: Cidr[] = [];
  looks = 0;

  constructor(pools: SubnetPools) {
    this.pools = pools;
  }

  take(prefix?: number): Cidr {
    const network = (block: Cidr) => {
      this.looks++;
      return this.index.overlapping(block);
    };
    const size = prefix === undefined ? {} : { prefix };
    const block = this.pools.take({ family: 4, ...size }, { ...noNetwork, network });
    this.add(block);
    return block;
  }

  add(block: Cidr): void {
    this.index.add(block);
    this.taken.push(block);
  }

  remove(block: Cidr): void {
    this.index.remove(block);
    this.taken.splice(this.taken.indexOf(block), 1);
    this.pools.giveBack(block);
  }
}

describe('SubnetPools', () => {
  const table: [string, string[], object, string][] = [
    ['nothing taken', [], {}, '172.17.0.0/16'],
    ['the first is taken', ['172.17.0.0/16'], {}, '172.18.0.0/16'],
    ['a small block inside', ['172.17.200.0/24'], {}, '172.18.0.0/16'],
    ['a big block around several', ['172.16.0.0/12'], {}, '192.168.0.0/20'],
    ['a hole between', ['172.16.0.0/14', '172.21.0.0/16'], {}, '172.20.0.0/16'],
    ['nested blocks', ['172.16.0.0/14', '172.17.1.0/24', '172.20.3.4/32'], {}, '172.21.0.0/16'],
    ['the other family', ['fd00::/8'], {}, '172.17.0.0/16'],
    ['a size', ['172.17.0.0/24'], { prefix: 24 }, '172.17.1.0/24'],
    ['a size above the pool base', [], { prefix: 14 }, '172.20.0.0/14'],
    ['a single address', [], { prefix: 32 }, '172.17.0.0/32'],
    ['Docker’s pools full', ['172.16.0.0/12', '192.168.0.0/16'], {}, '10.208.0.0/24'],
    [
      'Docker’s pools and a part of ours full',
      ['172.16.0.0/12', '192.168.0.0/16', '10.208.0.0/13'],
      {},
      '10.216.0.0/24',
    ],
  ];
  for (const [what, taken, request, expected] of table) {
    it(`goes around: ${what}`, () => {
      const pools = new SubnetPools([...dockerLocalPools(), ...furtherLocalPools()]);
      const obstacles = passing(taken.map((text) => cidr(text)));
      expect(formatCidr(pools.take({ family: 4, ...request }, obstacles))).to.equal(expected);
    });
  }

  it('has Docker’s 31 subnets in Docker’s order, and then says that they are used up', () => {
    const networks = new Networks(new SubnetPools(dockerLocalPools()));
    const all = Array.from({ length: 31 }, () => formatCidr(networks.take()));
    const sixteens = Array.from({ length: 15 }, (_, i) => `172.${17 + i}.0.0/16`);
    const twenties = Array.from({ length: 16 }, (_, i) => `192.168.${16 * i}.0/20`);
    expect(all).to.deep.equal([...sixteens, ...twenties]);
    expect(() => networks.take()).to.throw(
      InvalidParameter,
      'all predefined address pools have been fully subnetted',
    );
  });

  it('refuses what no pool is large enough for, or of a family without pools', () => {
    const pools = new SubnetPools(dockerLocalPools());
    expect(() => pools.take({ family: 4, prefix: 13 }, noNetwork)).to.throw('invalid address pool');
    expect(() => pools.take({ family: 6 }, noNetwork)).to.throw('invalid address pool');
  });

  it('counts /64s behind the global id', () => {
    const pools = new SubnetPools([ulaPool(0x0123456789n)]);
    const next = () => formatCidr(pools.take({ family: 6 }, noNetwork));
    expect([next(), next()]).to.deep.equal(['fd01:2345:6789::/64', 'fd01:2345:6789:1::/64']);
  });

  it('looks again at what a route stood in the way of', () => {
    const pools = new SubnetPools(dockerLocalPools());
    const route = passing([cidr('172.17.0.0/16'), cidr('172.18.128.0/17')]);
    expect(formatCidr(pools.take({ family: 4 }, route))).to.equal('172.19.0.0/16');
    expect(formatCidr(pools.take({ family: 4 }, noNetwork))).to.equal('172.17.0.0/16');
    expect(formatCidr(pools.take({ family: 4 }, noNetwork))).to.equal('172.18.0.0/16');
    expect(formatCidr(pools.take({ family: 4 }, noNetwork))).to.equal('172.20.0.0/16');
  });

  it('gives the lowest free subnet whatever came and went before', () => {
    const step = fc.oneof(
      fc.constant({ kind: 'take' as const }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat(40) }),
      fc.record({
        kind: fc.constant('add' as const),
        host: fc.nat(0xffff),
        prefix: fc.integer({ min: 17, max: 30 }),
      }),
    );
    return fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const networks = new Networks(new SubnetPools([addressPool('10.0.0.0/16', 21)]));
        for (const one of steps) act(networks, one);
      }),
    );
  });

  it('does as much for the 1000th network as for the first, and for one more after a removal', () => {
    const networks = new Networks(new SubnetPools([...dockerLocalPools(), ...furtherLocalPools()]));
    const looksFor = (work: () => void) => {
      const before = networks.looks;
      work();
      return networks.looks - before;
    };
    const each = Array.from({ length: 1000 }, () => looksFor(() => networks.take()));
    expect(Math.max(...each)).to.equal(1);
    const middle = networks.taken[500];
    if (!middle) throw new Error('no network');
    networks.remove(middle);
    expect(
      looksFor(() => expect(formatCidr(networks.take())).to.equal(formatCidr(middle))),
    ).to.equal(1);
    expect(looksFor(() => networks.take())).to.equal(1);
  });
});

type Step =
  | { readonly kind: 'take' }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'add'; readonly host: number; readonly prefix: number };

function act(networks: Networks, step: Step): void {
  if (step.kind === 'take') {
    expectLowest(networks);
  } else if (step.kind === 'remove') {
    const block = networks.taken[step.at];
    if (block) networks.remove(block);
  } else {
    const block = cidr(`10.0.${step.host >> 8}.${step.host & 255}/${step.prefix}`);
    if (!networks.index.overlapping(block)) networks.add(block);
  }
}

function expectLowest(networks: Networks): void {
  const candidates = Array.from({ length: 32 }, (_, i) => cidr(`10.0.${i * 8}.0/21`));
  const lowest = candidates.find((one) => !networks.taken.some((other) => overlaps(one, other)));
  if (lowest) expect(formatCidr(networks.take())).to.equal(formatCidr(lowest));
  else expect(() => networks.take()).to.throw('fully subnetted');
}
