import { expect } from 'chai';
import fc from 'fast-check';
import { ipBytes, ipText, prefix } from './ip.js';
import { macBytes, macText } from './mac.js';
import {
  type AttributeReaders,
  MessageWriter,
  messages,
  NLA_F_NESTED,
  readAttributes,
  readText,
} from './wire.js';

/** Asserts a synchronous property; the result that the overloads allow to be a promise is none. */
const holds: <T>(property: fc.IProperty<T>) => void = fc.assert;

/** An attribute as the test knows it: bytes, or attributes inside. */
type Attribute = readonly [type: number, payload: Uint8Array | readonly Attribute[]];

/** Types that hold attributes; all others hold bytes. */
const NEST = 100;
const leaf = fc.tuple(fc.integer({ min: 0, max: NEST - 1 }), fc.uint8Array({ maxLength: 40 }));
const tree: fc.Arbitrary<Attribute> = fc.letrec<{ node: Attribute }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(fc.constant(NEST), fc.array(tie('node'), { maxLength: 4 })),
  ),
})).node;

function write(out: MessageWriter, attributes: readonly Attribute[]): void {
  for (const [type, payload] of attributes) {
    if (payload instanceof Uint8Array) out.attributeBytes(type, payload);
    else out.nested(type | NLA_F_NESTED, () => write(out, payload));
  }
}

const readers: AttributeReaders<Attribute[]> = Object.fromEntries(
  Array.from({ length: NEST + 1 }, (_, type) => [
    type,
    (found: Attribute[], bytes: Buffer, start: number, end: number) => {
      if (type < NEST) found.push([type, Uint8Array.from(bytes.subarray(start, end))]);
      else found.push([type, readAttributes([], { bytes, start, end }, readers)]);
    },
  ]),
);

describe('wire', () => {
  it('reads back every tree of attributes that it writes', () => {
    const property = fc.property(fc.array(tree, { maxLength: 6 }), (attributes) => {
      const out = new MessageWriter(16);
      write(out, attributes);
      expect(out.length % 4).to.equal(0);
      const whole = { bytes: out.bytes, start: 0, end: out.length };
      expect(readAttributes<Attribute[]>([], whole, readers)).to.deep.equal(attributes);
    });
    holds(property);
  });

  it('reads back several messages of one datagram', () => {
    const headers = fc.record({
      type: fc.nat(0xffff),
      sequence: fc.nat(),
      payload: fc.uint8Array(),
    });
    holds(
      fc.property(fc.array(headers, { maxLength: 8 }), (sent) => {
        const out = new MessageWriter(16);
        for (const { type, sequence, payload } of sent) {
          const body = () => void out.attributeBytes(1, payload);
          out.message({ type, flags: 0x400, body }, 0x5, sequence);
        }
        const got = [...messages(out.bytes, out.length)];
        expect(got.map(({ type, sequence }) => ({ type, sequence }))).to.deep.equal(
          sent.map(({ type, sequence }) => ({ type, sequence })),
        );
        for (const { flags } of got) expect(flags).to.equal(0x405);
      }),
    );
  });

  it('survives any bytes', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const bytes = Buffer.from(noise);
        for (const message of messages(bytes)) readAttributes([], message, readers);
        readAttributes([], { bytes, start: 0, end: bytes.length }, readers);
      }),
    );
  });

  it('ends text at the zero byte or at the end', () => {
    const bytes = Buffer.from('eth0\0tail');
    expect(readText(bytes, 0, 9)).to.equal('eth0');
    expect(readText(bytes, 5, 8)).to.equal('tai');
    expect(readText(bytes, 0, 3)).to.equal('eth');
  });
});

describe('addresses as text', () => {
  const roundTrip: readonly string[] = [
    '0.0.0.0',
    '172.17.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    '2001:db8::1:0:0:1',
    '2001:db8:0:1:1:1:1:1',
    '1:2:3:4:5:6:7:8',
    '1::',
  ];
  for (const text of roundTrip) {
    it(`${text} comes back`, () => {
      const bytes = ipBytes(text);
      expect(ipText(bytes, 0, bytes.length)).to.equal(text);
    });
  }

  it('every IPv6 address comes back', () => {
    holds(
      fc.property(fc.ipV6(), (text) => {
        const bytes = ipBytes(text);
        expect(ipBytes(ipText(bytes, 0, 16))).to.deep.equal(bytes);
        // The URL parser of the platform is the judge of the canonical form.
        const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        expect(ipText(bytes, 0, 16)).to.equal(canonical);
      }),
    );
  });

  it('a prefix has all bits unless told', () => {
    expect(prefix('10.0.0.1').length).to.equal(32);
    expect(prefix('fd00::1').length).to.equal(128);
    expect(prefix('0.0.0.0/0').length).to.equal(0);
  });

  it('a MAC comes back in lower case', () => {
    expect(macText(macBytes('02:42:AC:11:00:02'), 0, 6)).to.equal('02:42:ac:11:00:02');
  });
});
