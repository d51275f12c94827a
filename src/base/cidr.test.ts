import { expect } from 'chai';
import {
  cidr,
  contains,
  encloses,
  formatCidr,
  lastOf,
  overlaps,
  parseCidr,
  sizeOf,
} from './cidr.js';
import { formatIp, ip, ipBytes, ipFromBytes, parseIp } from './ip.js';

describe('parseIp', () => {
  const good: [string, string][] = [
    ['172.17.0.1', '172.17.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['fd00:0:0:1::2', 'fd00:0:0:1::2'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
  ];
  for (const [text, canonical] of good) {
    it(`reads ${text}`, () => expect(formatIp(ip(text))).to.equal(canonical));
  }

  for (const text of [
    '',
    '1.2.3',
    '256.1.1.1',
    '01.2.3.4',
    '1:2',
    ':::',
    '1::2::3',
    'g::',
    '1.2.3.4/8',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseIp(text)).to.equal(undefined));
  }

  it('goes through bytes and back', () => {
    for (const text of ['10.2.3.4', 'fd12::34']) {
      expect(formatIp(ipFromBytes(ipBytes(ip(text))))).to.equal(text);
    }
  });
});

describe('cidr', () => {
  it('drops host bits', () => expect(formatCidr(cidr('172.17.5.9/16'))).to.equal('172.17.0.0/16'));

  for (const text of [
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::/129',
    'x/8',
    '1.1.1.1/-1',
  ]) {
    it(`refuses ${text}`, () => expect(parseCidr(text)).to.equal(undefined));
  }

  it('knows its size and last address', () => {
    expect(sizeOf(cidr('10.0.0.0/30'))).to.equal(4n);
    expect(formatIp(lastOf(cidr('10.0.0.0/30')))).to.equal('10.0.0.3');
    expect(sizeOf(cidr('fd00::/64'))).to.equal(1n << 64n);
  });

  it('tells inside from outside', () => {
    expect(contains(cidr('10.0.0.0/30'), ip('10.0.0.3'))).to.equal(true);
    expect(contains(cidr('10.0.0.0/30'), ip('10.0.0.4'))).to.equal(false);
    expect(contains(cidr('0.0.0.0/0'), ip('::1'))).to.equal(false);
    expect(encloses(cidr('10.0.0.0/8'), cidr('10.2.0.0/16'))).to.equal(true);
    expect(encloses(cidr('10.2.0.0/16'), cidr('10.0.0.0/8'))).to.equal(false);
    expect(overlaps(cidr('10.2.0.0/16'), cidr('10.0.0.0/8'))).to.equal(true);
    expect(overlaps(cidr('10.2.0.0/16'), cidr('10.3.0.0/16'))).to.equal(false);
  });
});
