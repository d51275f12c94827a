import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidParameter } from '../../base/errors.js';
import {
  address,
  chainFor,
  cidr,
  identifier,
  number,
  port,
  portRange,
  protocol,
  quoteComment,
  quoteInterface,
} from './quote.js';

const hostile = [
  '',
  ' ',
  'a b',
  'a"',
  'a\n',
  '\na',
  'a;b',
  'a{b',
  'a}',
  '$x',
  'a,b"',
  'a\\',
  'é',
  '\0',
];

describe('quote: values for nft', () => {
  const good: [string, string][] = [
    [quoteInterface('br-0a1b2c3d4e5f'), '"br-0a1b2c3d4e5f"'],
    [quoteInterface('eth0.100'), '"eth0.100"'],
    [quoteInterface('123'), '"123"'],
    [identifier('nat-prerouting'), 'nat-prerouting'],
    [address('172.17.0.1'), '172.17.0.1'],
    [address('FD00:0::1'), 'fd00::1'],
    [address('::ffff:1.2.3.4'), '1.2.3.4'],
    [cidr('172.17.5.1/16'), '172.17.0.0/16'],
    [port(1), '1'],
    [port(65535), '65535'],
    [portRange(80, 90), '80-90'],
    [portRange(80, 80), '80'],
    [number(0), '0'],
    [protocol('udp'), 'udp'],
    [chainFor('in', 'br-1'), 'in__br-1'],
    [chainFor('in', 'a@b_c.d'), 'in__a/40b_c.d'],
  ];
  for (const [actual, expected] of good) {
    it(`makes ${expected}`, () => expect(actual).to.equal(expected));
  }

  const bad: [string, () => unknown][] = [
    ...hostile.map((text): [string, () => unknown] => [
      `interface ${JSON.stringify(text)}`,
      () => quoteInterface(text),
    ]),
    ...hostile.map((text): [string, () => unknown] => [
      `name ${JSON.stringify(text)}`,
      () => identifier(text),
    ]),
    ...hostile.map((text): [string, () => unknown] => [
      `address ${JSON.stringify(text)}`,
      () => address(text),
    ]),
    ['interface of 16 bytes', () => quoteInterface('a'.repeat(16))],
    ['interface that looks like an option', () => quoteInterface('-j')],
    ['interface with nft wildcard', () => quoteInterface('br*')],
    ['interface ..', () => quoteInterface('..')],
    ['interface with slash', () => chainFor('in', 'a/b')],
    ['chain prefix that ends its token', () => chainFor('in }', 'br0')],
    ['name that begins with a digit', () => identifier('1a')],
    ['name of 256 bytes', () => identifier('a'.repeat(256))],
    ['address with a prefix', () => address('1.2.3.4/8')],
    ['address without one', () => cidr('1.2.3.4')],
    ['port 0', () => port(0)],
    ['port 65536', () => port(65536)],
    ['port 1.5', () => port(1.5)],
    ['port NaN', () => port(Number.NaN)],
    ['range backwards', () => portRange(90, 80)],
    ['negative number', () => number(-1)],
    ['protocol icmp', () => protocol('icmp')],
    ['protocol with tail', () => protocol('tcp\n')],
  ];
  for (const [what, make] of bad) {
    it(`refuses ${what}`, () => expect(make).to.throw(InvalidParameter));
  }

  const text = () =>
    fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...hostile));

  it('lets no hostile interface name through', () => {
    void fc.assert(
      fc.property(text(), (name) => {
        const quoted = orUndefined(() => quoteInterface(name));
        return quoted === undefined || (quoted === `"${name}"` && /^"[!-~]{1,15}"$/.test(quoted));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives two interfaces two chains', () => {
    const name = fc.string({
      unit: fc.constantFrom(...'ab40_-.@+/,~#%^'.split('')),
      minLength: 1,
      maxLength: 6,
    });
    void fc.assert(
      fc.property(name, name, (a, b) => {
        const [forA, forB] = [
          orUndefined(() => chainFor('x', a)),
          orUndefined(() => chainFor('x', b)),
        ];
        return a === b || forA === undefined || forA !== forB;
      }),
      { numRuns: 5000 },
    );
  });

  it('makes a comment of anything, in one token of at most 128 bytes', () => {
    void fc.assert(
      fc.property(text(), (comment) => /^"[ !#-[\]-~]{0,128}"$/.test(quoteComment(comment))),
      { numRuns: 2000 },
    );
  });

  it('escapes what a comment can not hold', () => {
    expect(quoteComment('say "hi"\n100%é')).to.equal('"say %22hi%22%0a100%25%c3%a9"');
    expect(quoteComment(`${'a'.repeat(127)}"`)).to.equal(`"${'a'.repeat(127)}"`);
  });
});

function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
