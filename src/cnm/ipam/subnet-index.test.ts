import { expect } from 'chai';
import fc from 'fast-check';
import { type Cidr, cidr, formatCidr, overlaps } from '../../base/cidr.js';
import { SubnetIndex } from './subnet-index.js';

describe('SubnetIndex', () => {
  it('finds what a search by hand finds', () => {
    const block = fc
      .record({ host: fc.nat(0xffff), prefix: fc.integer({ min: 16, max: 32 }) })
      .map(({ host, prefix }) => cidr(`10.0.${host >> 8}.${host & 255}/${prefix}`));
    return fc.assert(
      fc.property(
        fc.array(block, { maxLength: 30 }),
        fc.array(block, { maxLength: 10 }),
        (blocks, asked) => {
          const index = new SubnetIndex();
          const kept: Cidr[] = [];
          for (const one of blocks) {
            if (kept.some((other) => overlaps(one, other))) continue;
            index.add(one);
            kept.push(one);
          }
          for (const gone of kept.splice(0, kept.length >> 1)) index.remove(gone);
          expect(index.size).to.equal(kept.length);
          for (const one of asked) {
            const byHand = kept
              .filter((other) => overlaps(one, other))
              .toSorted((a, b) => Number(a.address - b.address))[0];
            const found = index.overlapping(one);
            expect(found && formatCidr(found)).to.equal(byHand && formatCidr(byHand));
          }
        },
      ),
    );
  });

  it('removes nothing but the very block', () => {
    const index = new SubnetIndex();
    index.add(cidr('10.0.0.0/24'));
    index.remove(cidr('10.0.0.0/25'));
    index.remove(cidr('10.0.1.0/24'));
    expect(index.size).to.equal(1);
  });
});
