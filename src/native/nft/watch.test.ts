import { expect } from 'chai';
import { MessageWriter } from '../netlink-ts/wire.js';
import { NftChangeReader } from './watch.js';

const NEWTABLE = 0x0a00;
const DELTABLE = 0x0a02;
const NEWRULE = 0x0a06;
const DELCHAIN = 0x0a05;
const NEWGEN = 0x0a0f;

/** A notification: about something in a table, or the end of a transaction. */
function notification(type: number, family: number, table: string): (out: MessageWriter) => void {
  return (out) => {
    const body = () => {
      out.u8(family).u8(0).u16(0);
      out.attributeName(1, table);
    };
    out.message({ type, flags: 0, body }, 0, 1);
  };
}

function end(program: string, pid: number): (out: MessageWriter) => void {
  return (out) => {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(pid);
    const body = () => {
      out.u8(0).u8(0).u16(0);
      out.attributeBytes(1, Buffer.alloc(4)).attributeBytes(2, number).attributeName(3, program);
    };
    out.message({ type: NEWGEN, flags: 0, body }, 0, 1);
  };
}

function datagram(...parts: ((out: MessageWriter) => void)[]): Buffer {
  const out = new MessageWriter();
  for (const part of parts) part(out);
  return Buffer.from(out.bytes.subarray(0, out.length));
}

describe('NftChangeReader', () => {
  const reader = () =>
    new NftChangeReader({
      tables: [{ family: 'ip', name: 'ours' }],
      forOthers: [{ family: 'inet', name: 'user' }],
    });
  const cases: [string, ((out: MessageWriter) => void)[], boolean][] = [
    ['a rule in our table', [notification(NEWRULE, 2, 'ours')], true],
    ['our table gone', [notification(DELTABLE, 2, 'ours')], true],
    ['a table of the same name in another family', [notification(DELTABLE, 10, 'ours')], false],
    ['a rule in the table for others', [notification(NEWRULE, 1, 'user')], false],
    ['the table for others gone', [notification(DELTABLE, 1, 'user')], true],
    ['a chain for others gone', [notification(DELCHAIN, 1, 'user')], true],
    ['somebody else’s table', [notification(NEWTABLE, 2, 'theirs')], false],
    ['nothing', [], false],
  ];
  for (const [what, parts, counts] of cases) {
    it(`${counts ? 'tells' : 'does not tell'} of ${what}`, () => {
      const found = [...reader().read(datagram(...parts, end('nft', 7)))];
      expect(found).to.deep.equal(counts ? [{ program: 'nft', pid: 7 }] : []);
    });
  }

  it('keeps what comes in several datagrams together, and transactions apart', () => {
    const reading = reader();
    expect([...reading.read(datagram(notification(NEWRULE, 2, 'ours')))]).to.deep.equal([]);
    const rest = datagram(
      notification(NEWRULE, 2, 'theirs'),
      end('a', 1),
      notification(NEWRULE, 2, 'theirs'),
      end('b', 2),
    );
    expect([...reading.read(rest)]).to.deep.equal([{ program: 'a', pid: 1 }]);
  });

  it('bears a datagram that is cut off', () => {
    const whole = datagram(notification(NEWRULE, 2, 'ours'), end('nft', 7));
    for (let length = 0; length < whole.length; length++) {
      expect([...reader().read(whole.subarray(0, length))]).to.deep.equal([]);
    }
  });
});
