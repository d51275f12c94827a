import { expect } from 'chai';
import fc from 'fast-check';
import IPCIDR from 'ip-cidr';
import { cidr, contains, firstOf, formatCidr, lastOf, parseCidr, sizeOf } from '../../base/cidr.js';
import { formatIp, ip, parseIp } from '../../base/ip.js';

const v4 = fc.ipV4();
// The package writes a dotted tail as an IPv4 address, so addresses with one are left out.
const v6 = fc.ipV6().filter((text) => !text.includes('.') && parseIp(text)?.family === 6);
const block = fc.oneof(
  fc.record({ address: v4, prefix: fc.integer({ min: 0, max: 32 }) }),
  fc.record({ address: v6, prefix: fc.integer({ min: 0, max: 128 }) }),
);
const asNumber = { type: 'bigInteger' } as const;

describe('base/ip and base/cidr against the ip-cidr package', () => {
  it('agree on the borders and the size of a block', () => {
    return fc.assert(
      fc.property(block, ({ address, prefix }) => {
        const ours = cidr(`${address}/${prefix}`);
        const theirs = new IPCIDR(`${address}/${prefix}`);
        expect(firstOf(ours).value).to.equal(BigInt(String(theirs.start(asNumber))));
        expect(lastOf(ours).value).to.equal(BigInt(String(theirs.end(asNumber))));
        expect(sizeOf(ours)).to.equal(BigInt(String(theirs.size)));
      }),
    );
  });

  it('agree on what a block contains', () => {
    return fc.assert(
      fc.property(block, fc.bigInt({ min: -3n, max: 3n }), ({ address, prefix }, shift) => {
        const ours = cidr(`${address}/${prefix}`);
        const bits = ours.family === 4 ? 32n : 128n;
        const near = BigInt.asUintN(Number(bits), lastOf(ours).value + shift);
        const probe = { family: ours.family, value: near };
        const theirs = new IPCIDR(formatCidr(ours));
        expect(contains(ours, probe)).to.equal(theirs.contains(formatIp(probe)));
      }),
    );
  });

  it('agree on the text of an address', () => {
    return fc.assert(
      fc.property(v6, (text) => {
        expect(formatIp(ip(text))).to.equal(
          String(IPCIDR.createAddress(text).correctForm()).toLowerCase(),
        );
      }),
    );
  });

  it('agree on what is no address and no block', () => {
    const noise = fc.oneof(
      fc.stringMatching(/^[0-9a-f:./]{0,20}$/),
      fc
        .tuple(v4, fc.constantFrom('/', '/33', '/-1', '/ 8', '.1', '/8/8'))
        .map((parts) => parts.join('')),
      fc.tuple(v6, fc.constantFrom('/', '/129', ':', '::', '/x')).map((parts) => parts.join('')),
    );
    return fc.assert(
      fc.property(noise, (text) => {
        if (parseIp(text)) expect(IPCIDR.isValidAddress(text), text).to.equal(true);
        if (parseCidr(text)) expect(IPCIDR.isValidCIDR(text), text).to.equal(true);
      }),
    );
  });
});
