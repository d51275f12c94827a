import { expect } from 'chai';
import { System } from '../../base/errors.js';
import { type SetChange, setMessages } from './element-wire.js';
import type { NftElement, NftSet } from './model.js';

const sets = {
  addresses: { name: 'addresses', key: 'ipv4_addr' },
  direct: { name: 'direct', key: 'ipv4_addr . ifname' },
  any: { name: 'any', key: 'inet_proto . inet_service', value: 'ipv4_addr . inet_service' },
  ranges: {
    name: 'ranges',
    key: 'inet_proto . inet_service',
    value: 'ipv4_addr',
    interval: true,
  },
  opened: { name: 'opened', key: 'ipv4_addr . inet_proto . inet_service', interval: true },
  jumps: { name: 'jumps', key: 'ifname', value: 'verdict' },
  rest: { name: 'rest', key: 'ether_type', value: 'verdict' },
  subnets: { name: 'subnets', key: 'ipv4_addr', interval: true },
} satisfies Record<string, NftSet>;

function change(
  set: NftSet,
  elements: readonly Omit<NftElement, 'set'>[],
  owner: string,
  verb: SetChange['verb'] = 'add',
): SetChange {
  const family = 'ip';
  return {
    ...{ verb, family, table: 't', set, owner },
    elements: elements.map((element) => ({ set: set.name, ...element })),
  };
}

const list = (wanted: SetChange) =>
  setMessages(wanted).map((message) => message.list.toString('hex'));

/** nft counts the elements of a list in their types; the kernel does not look at them. */
function uncounted(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let at = 0; at + 4 <= bytes.length; ) {
    bytes.writeUInt16LE(0x8001, at + 2);
    at += (bytes.readUInt16LE(at) + 3) & ~3;
  }
  return bytes.toString('hex');
}

describe('elements as netlink', () => {
  // What `nft` 1.0.6 sends (strace -e write=3): key, key that ends a range, value, comment.
  const fromNft: [keyof typeof sets, Omit<NftElement, 'set'>, string, add: string, del?: string][] =
    [
      [
        'addresses',
        { key: '1.2.3.4' },
        'endpoint/x',
        '240001800c000180080001000102030411000600000b656e64706f696e742f7800000000',
        '100001800c0001800800010001020304',
      ],
      [
        'direct',
        { key: '1.2.3.4 . "br-1"' },
        'endpoint/x',
        '340001801c000180180001000102030462722d3100000000000000000000000011000600000b656e64706f696e742f7800000000',
      ],
      [
        'any',
        { key: 'tcp . 80', value: '1.2.3.4 . 8080' },
        'abc',
        '30000180100001800c0001000600000000500000100002800c000100010203041f9000000a0006000004616263000000',
        '14000180100001800c0001000600000000500000',
      ],
      [
        'ranges',
        { key: 'udp . 1000-2000', value: '1.2.3.4' },
        'abc',
        '3c000180100001800c0001001100000003e8000010000a800c0001001100000007d000000c00028008000100010203040a0006000004616263000000',
        '24000180100001800c0001001100000003e8000010000a800c0001001100000007d00000',
      ],
      [
        'opened',
        { key: '1.2.3.4 . tcp . 10-20' },
        'abc',
        '3800018014000180100001000102030406000000000a000014000a80100001000102030406000000001400000a0006000004616263000000',
      ],
      [
        'jumps',
        { key: '"br-1"', value: 'jump c1' },
        'abc',
        '40000180180001801400010062722d31000000000000000000000000180002801400028008000100fffffffd07000200633100000a0006000004616263000000',
        '1c000180180001801400010062722d31000000000000000000000000',
      ],
      [
        'rest',
        { key: 'ip6', value: 'drop' },
        'abc',
        '2c0001800c0001800600010086dd0000100002800c00028008000100000000000a0006000004616263000000',
        '100001800c0001800600010086dd0000',
      ],
      [
        'subnets',
        { key: '172.18.0.0/16' },
        'a',
        '180001800c00018008000100ac12000008000600000261001800028008000300000000010c00018008000100ac130000',
      ],
    ];
  for (const [name, element, owner, add, del] of fromNft) {
    it(`writes the bytes of nft: ${name} { ${element.key} }`, () => {
      expect(list(change(sets[name], [element], owner))).to.deep.equal([uncounted(add)]);
      if (del === undefined) return;
      expect(list(change(sets[name], [element], owner, 'delete'))).to.deep.equal([uncounted(del)]);
    });
  }

  it('gives an element its owner and a comment of its own', () => {
    const [one = ''] = list(change(sets.addresses, [{ key: '1.2.3.4', comment: 'why' }], 'abc'));
    expect(Buffer.from(one, 'hex').toString('latin1')).to.contain('\0\x08abc why\0');
  });

  it('cuts a list where its length would not fit into 16 bits', () => {
    const elements = Array.from({ length: 5_000 }, (_, i) => ({
      key: `tcp . ${i + 1}`,
      value: `10.0.0.1 . ${i + 1}`,
    }));
    const messages = setMessages(change(sets.any, elements, 'abc'));
    for (const message of messages) expect(message.list.length).to.be.lessThan(0xffff - 3);
    expect(messages.map(({ from, count }) => [from, count])).to.deep.equal([
      [0, 1365],
      [1365, 1365],
      [2730, 1365],
      [4095, 905],
    ]);
    const alone = list(change(sets.any, elements.slice(1365, 1366), 'abc'));
    expect(messages[1]?.list.subarray(0, 48).toString('hex')).to.equal(alone[0]);
  });

  const refusals: [string, SetChange][] = [
    ['a type it does not know', change({ name: 's', key: 'mark' }, [{ key: '1' }], 'x')],
    ['an address of the other family', change(sets.addresses, [{ key: 'fd00::1' }], 'x')],
    ['a protocol without ports', change(sets.any, [{ key: 'icmp . 1', value: '' }], 'x')],
    ['no verdict', change(sets.jumps, [{ key: '"br"', value: 'leap c' }], 'x')],
    ['a range up to the end', change(sets.subnets, [{ key: '255.0.0.0/8' }], 'x')],
  ];
  for (const [what, wanted] of refusals) {
    it(`refuses ${what}`, () => {
      expect(() => setMessages(wanted)).to.throw(System);
    });
  }
});
