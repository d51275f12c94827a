import { expect } from 'chai';
import { commonFamily, flowsOf, flowsToPort } from './conntrack-filter.js';
import type { ConntrackEntry } from './conntrack-model.js';
import { countIn, decodeEntry, deleteRequest, dumpRequest } from './conntrack-wire.js';
import { type Message, MessageWriter, messages, type Request } from './netlink-ts/wire.js';

/** Two entries as the kernel dumped them: UDP 127.0.0.1:5000 translated to 127.0.0.9:53, and UDP over IPv6. */
const captured = {
  v4:
    'a40000000001020001000000d7320000020000003400018014000180080001007f000001080002007f000001' +
    '1c0002800500010011000000060002008c2e000006000300138800003400028014000180080001007f000009' +
    '080002007f0000011c0002800500010011000000060002000035000006000300' +
    '8c2e000008000300000001a8080008000000000008000c005d5945ee08000b0000000001080007000000001d',
  v6:
    'd40000000001020001000000d73200000a0000004c0001802c00018014000300000000000000000000000000' +
    '0000000114000400000000000000000000000000000000011c00028005000100110000000600020' +
    '0c6ed000006000300138800004c0002802c00018014000300000000000000000000000000000000011400040000' +
    '0000000000000000000000000000011c0002800500010011000000060002001388000006000300c6ed0000' +
    '0800030000000188080008000000000008000c000b5804dc08000b0000000001080007000000001d',
};

function messageOf(bytes: Buffer): Message {
  const [message] = [...messages(bytes)];
  if (!message) throw new Error('no message');
  return message;
}

function entryOf(hex: string): ConntrackEntry {
  const entry = decodeEntry(messageOf(Buffer.from(hex, 'hex')));
  if (!entry) throw new Error('no entry');
  return entry;
}

function bytesOf(request: Request): Buffer {
  const out = new MessageWriter();
  out.message(request, 0x5, 7);
  return Buffer.from(out.bytes.subarray(0, out.length));
}

describe('conntrack-wire', () => {
  it('reads a translated flow', () => {
    const { key, ...entry } = entryOf(captured.v4);
    expect(entry).to.deep.equal({
      family: 4,
      protocol: 'udp',
      original: {
        source: '127.0.0.1',
        destination: '127.0.0.1',
        sourcePort: 35886,
        destinationPort: 5000,
      },
      reply: {
        source: '127.0.0.9',
        destination: '127.0.0.1',
        sourcePort: 53,
        destinationPort: 35886,
      },
    });
    expect(key.id).to.equal(0x5d5945ee);
    expect(key).to.not.have.property('zone');
  });

  it('reads IPv6', () => {
    const { family, original } = entryOf(captured.v6);
    expect(family).to.equal(6);
    expect(original).to.include({ source: '::1', destination: '::1', destinationPort: 5000 });
  });

  it('passes over what is no entry', () => {
    const bytes = Buffer.from(captured.v4, 'hex');
    bytes.writeUInt16LE(3, 4);
    expect(decodeEntry(messageOf(bytes))).to.equal(undefined);
    const cutOff = Buffer.from(captured.v4, 'hex').subarray(0, 20);
    cutOff.writeUInt32LE(20, 0);
    expect(decodeEntry(messageOf(cutOff))).to.equal(undefined);
  });

  it('names an entry to the kernel by the very bytes that the kernel sent', () => {
    const { family, key } = entryOf(captured.v4);
    const request = bytesOf(deleteRequest({ family, key: { ...key, zone: 5 } }));
    const tuple = captured.v4.slice(40, 40 + 2 * 52);
    expect(request.toString('hex')).to.equal(
      // nlmsghdr, nfgenmsg, CTA_TUPLE_ORIG, CTA_ZONE, CTA_ID
      `5800000002010500070000000000000002000000${tuple}060012000005000008000c005d5945ee`,
    );
  });

  for (const [family, hex] of [
    [0, '1400000001010503070000000000000000000000'],
    [4, '1400000001010503070000000000000002000000'],
    [6, '140000000101050307000000000000000a000000'],
  ] as const) {
    it(`asks for all entries of family ${family}`, () =>
      expect(bytesOf(dumpRequest(family)).toString('hex')).to.equal(hex));
  }

  it('reads the count', () => {
    const bytes = Buffer.from('1c0000000501000001000000000000000000000008000100000001f4', 'hex');
    expect(countIn(messageOf(bytes))).to.equal(500);
    expect(countIn({ ...messageOf(bytes), end: 20 })).to.equal(undefined);
  });
});

describe('conntrack-filter', () => {
  const flow = entryOf(captured.v4);
  const six = entryOf(captured.v6);
  const table: [string, boolean][] = [
    ['of the container', flowsOf('127.0.0.9').matches(flow)],
    ['of the host', flowsOf('127.0.0.1').matches(flow)],
    ['in any notation', flowsOf('0:0:0::1').matches(six)],
    ['not of a stranger', !flowsOf('127.0.0.2').matches(flow)],
    ['to the port of the host', flowsToPort('udp', 5000).matches(flow)],
    ['not to the port of the container', !flowsToPort('udp', 53).matches(flow)],
    ['not of another protocol', !flowsToPort('tcp', 5000).matches(flow)],
    ['to an address of the host', flowsToPort('udp', 5000, '127.0.0.1').matches(flow)],
    ['not to another address', !flowsToPort('udp', 5000, '127.0.0.9').matches(flow)],
  ];
  for (const [what, holds] of table) it(`means flows ${what}`, () => expect(holds).to.equal(true));

  it('knows the family that all filters share', () => {
    expect(commonFamily([flowsOf('1.2.3.4'), flowsOf('1.2.3.5')])).to.equal(4);
    expect(commonFamily([flowsOf('1.2.3.4'), flowsOf('::1')])).to.equal(undefined);
    expect(commonFamily([flowsOf('1.2.3.4'), flowsToPort('udp', 1)])).to.equal(undefined);
  });
});
