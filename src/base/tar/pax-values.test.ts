import { expect } from 'chai';
import { ownerOf, paxNumber, paxTime } from './pax-values.js';

const pax = (key: string, text: string) => new Map([[key, Buffer.from(text)]]);

describe('values of PAX records', () => {
  const times: [text: string, ns: bigint | 'refused'][] = [
    ['1700000000', 1_700_000_000_000_000_000n],
    ['1700000000.123456789', 1_700_000_000_123_456_789n],
    ['1700000000.5', 1_700_000_000_500_000_000n],
    ['1.', 1_000_000_000n],
    ['0.1234567891234', 123_456_789n],
    ['-1.25', -1_250_000_000n],
    ['', 'refused'],
    ['1e9', 'refused'],
    ['.5', 'refused'],
    ['0x10', 'refused'],
  ];
  for (const [text, ns] of times)
    it(`mtime=${text}`, () => {
      if (ns === 'refused') expect(() => paxTime(pax('mtime', text))).to.throw('mtime is');
      else expect(paxTime(pax('mtime', text))).to.equal(ns);
    });

  const owners: [text: string, uid: number | 'refused'][] = [
    ['0', 0],
    ['4294967294', 4_294_967_294],
    ['4294967295', 'refused'],
    ['-1', 'refused'],
    ['1.5', 'refused'],
    ['root', 'refused'],
  ];
  for (const [text, uid] of owners)
    it(`uid=${text}`, () => {
      if (uid === 'refused') expect(() => ownerOf(pax('uid', text), 'uid', 7)).to.throw('uid is');
      else expect(ownerOf(pax('uid', text), 'uid', 7)).to.equal(uid);
    });

  it("takes the header's where there is no record", () => {
    expect(ownerOf(new Map(), 'gid', 7)).to.equal(7);
    expect([paxTime(new Map()), paxNumber(new Map(), 'size')]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });
});
