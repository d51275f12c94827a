import { expect } from 'chai';
import fc from 'fast-check';
import { type Cidr, cidr, contains } from '../../base/cidr.js';
import { Forbidden } from '../../base/errors.js';
import { formatIp, ip } from '../../base/ip.js';
import { AddressAllocator } from './allocator.js';

const of = (subnet: string, range?: string) =>
  new AddressAllocator({ subnet: cidr(subnet), range: range ? cidr(range) : undefined });
const lowest = (allocator: AddressAllocator) => {
  const found = allocator.takeAny();
  return found && formatIp(found);
};
const all = (allocator: AddressAllocator) => {
  const found: string[] = [];
  for (let next = lowest(allocator); next; next = lowest(allocator)) found.push(next);
  return found;
};

describe('AddressAllocator', () => {
  const whole: [string, string | undefined, string[]][] = [
    ['10.0.0.0/29', undefined, ['1', '2', '3', '4', '5', '6'].map((n) => `10.0.0.${n}`)],
    ['10.0.0.0/30', undefined, ['10.0.0.1', '10.0.0.2']],
    ['10.0.0.0/31', undefined, ['10.0.0.0', '10.0.0.1']],
    ['10.0.0.7/32', undefined, ['10.0.0.7']],
    ['10.0.0.0/24', '10.0.0.8/30', ['8', '9', '10', '11'].map((n) => `10.0.0.${n}`)],
    ['10.0.0.0/24', '10.0.0.252/30', ['10.0.0.252', '10.0.0.253', '10.0.0.254']],
    ['255.255.255.252/30', undefined, ['255.255.255.253', '255.255.255.254']],
    ['fd00::/126', undefined, ['fd00::1', 'fd00::2', 'fd00::3']],
    ['fd00::/127', undefined, ['fd00::', 'fd00::1']],
    [
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127',
      undefined,
      ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ],
  ];
  for (const [subnet, range, expected] of whole) {
    it(`hands out ${subnet}${range ? ` from ${range}` : ''} to the last address`, () => {
      const allocator = of(subnet, range);
      expect(allocator.status().dynamicIpsAvailable).to.equal(BigInt(expected.length));
      expect(all(allocator)).to.deep.equal(expected);
      expect(allocator.status().dynamicIpsAvailable).to.equal(0n);
    });
  }

  it('reuses the lowest address that came back', () => {
    const allocator = of('10.0.0.0/24');
    for (let i = 0; i < 5; i++) lowest(allocator);
    allocator.release(ip('10.0.0.4'));
    allocator.release(ip('10.0.0.2'));
    allocator.release(ip('10.0.0.2'));
    expect([lowest(allocator), lowest(allocator), lowest(allocator)]).to.deep.equal([
      '10.0.0.2',
      '10.0.0.4',
      '10.0.0.6',
    ]);
  });

  it('takes a wanted address outside the range and refuses it twice', () => {
    const allocator = of('10.0.0.0/24', '10.0.0.128/25');
    allocator.take(ip('10.0.0.5'));
    expect(() => allocator.take(ip('10.0.0.5'))).to.throw(Forbidden, 'Address already in use');
    expect(lowest(allocator)).to.equal('10.0.0.128');
  });

  it('refuses network, broadcast and reserved addresses', () => {
    const allocator = of('10.0.0.0/24');
    allocator.reserve(ip('10.0.0.1'));
    for (const text of ['10.0.0.0', '10.0.0.255', '10.0.0.1']) {
      expect(() => allocator.take(ip(text)), text).to.throw(Forbidden);
      allocator.release(ip(text));
      expect(() => allocator.take(ip(text)), `${text} after release`).to.throw(Forbidden);
    }
    expect(lowest(allocator)).to.equal('10.0.0.2');
  });

  it('keeps a quarantined address for those who ask for it', () => {
    const allocator = of('10.0.0.0/29');
    lowest(allocator);
    allocator.quarantine(ip('10.0.0.1'));
    expect(all(allocator)).to.have.length(5).and.not.to.include('10.0.0.1');
    allocator.take(ip('10.0.0.1'));
    allocator.quarantine(ip('10.0.0.1'));
    allocator.release(ip('10.0.0.1'));
    expect(lowest(allocator)).to.equal('10.0.0.1');
  });

  it('skips what another network leased, and comes back to it', () => {
    const others = new Set(['10.0.0.1', '10.0.0.2']);
    const allocator = new AddressAllocator({
      subnet: cidr('10.0.0.0/29'),
      elsewhere: (address) => others.has(formatIp(address)),
    });
    expect(lowest(allocator)).to.equal('10.0.0.3');
    expect(() => allocator.take(ip('10.0.0.2'))).to.throw(Forbidden);
    others.clear();
    expect(lowest(allocator)).to.equal('10.0.0.1');
  });

  it('counts an IPv6 /64 without holding it', () => {
    const allocator = of('fd00::/64');
    expect(lowest(allocator)).to.equal('fd00::1');
    expect(allocator.status()).to.deep.equal({
      ipsInUse: 2n,
      dynamicIpsAvailable: 2n ** 64n - 2n,
    });
  });

  it('stays quick in a full /16', () => {
    const allocator = of('172.17.0.0/16');
    expect(all(allocator)).to.have.length(65534);
    // The pattern that makes a search from a lowest-free hint walk the whole subnet each time.
    const [low, high] = [ip('172.17.0.9'), ip('172.17.255.250')];
    const rounds = 20_000;
    const start = performance.now();
    for (let i = 0; i < rounds; i++) {
      allocator.release(high);
      allocator.release(low);
      if (allocator.takeAny()?.value !== low.value) throw new Error('not the lowest');
      if (allocator.takeAny()?.value !== high.value) throw new Error('not the other');
      if (allocator.takeAny()) throw new Error('nothing should be left');
    }
    // Some microseconds each; a walk or a copy of the subnet would take hundreds.
    expect(performance.now() - start).to.be.below(rounds * 0.05);
  });

  it('never leases an address twice, and every free one, against a plain model', () => {
    const action = fc.oneof(
      fc.constant({ kind: 'lowest' as const, host: 0 }),
      fc.record({
        kind: fc.constantFrom('take' as const, 'release' as const, 'quarantine' as const),
        host: fc.integer({ min: 0, max: 31 }),
      }),
    );
    return fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), fc.boolean(), (actions, ranged) => {
        const subnet = cidr('10.0.0.0/27');
        const range = ranged ? cidr('10.0.0.8/29') : subnet;
        const model = new Model(range);
        const allocator = new AddressAllocator({ subnet, range });
        for (const { kind, host } of actions) {
          const address = ip(`10.0.0.${host}`);
          const pairs = {
            lowest: [() => lowest(allocator), () => model.lowest()],
            take: [() => tries(() => allocator.take(address)), () => model.take(host)],
            release: [() => allocator.release(address), () => model.release(host)],
            quarantine: [() => allocator.quarantine(address), () => model.quarantine(host)],
          } as const;
          const [real, expected] = pairs[kind];
          expect(real(), kind).to.equal(expected());
          expect(allocator.status().ipsInUse).to.equal(BigInt(model.busy()));
        }
        expect(all(allocator)).to.have.length(model.free().length);
      }),
    );
  });
});

function tries(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** The same rules over a plain list of 32 hosts. */
class Model {
  readonly #range: Cidr;
  readonly #states: string[] = Array.from({ length: 32 }, (_, i) =>
    i === 0 || i === 31 ? 'reserved' : 'free',
  );

  constructor(range: Cidr) {
    this.#range = range;
  }

  free(): number[] {
    return [...this.#states.keys()].filter(
      (host) => this.#states[host] === 'free' && contains(this.#range, ip(`10.0.0.${host}`)),
    );
  }

  lowest(): string | undefined {
    const [host] = this.free();
    if (host === undefined) return undefined;
    this.#states[host] = 'leased';
    return `10.0.0.${host}`;
  }

  take(host: number): boolean {
    if (this.#states[host] !== 'free' && this.#states[host] !== 'quarantined') return false;
    this.#states[host] = 'leased';
    return true;
  }

  release(host: number): void {
    if (this.#states[host] !== 'reserved') this.#states[host] = 'free';
  }

  quarantine(host: number): void {
    if (this.#states[host] === 'leased') this.#states[host] = 'quarantined';
  }

  busy(): number {
    return this.#states.filter((state) => state !== 'free').length;
  }
}
