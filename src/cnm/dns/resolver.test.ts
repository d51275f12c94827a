import { expect } from 'chai';
import { type DecodedPacket, encode, type Packet, type RecordType } from 'dns-packet';
import { countingIds } from '../../base/ids.js';
import { ip } from '../../base/ip.js';
import { dataOf, decoded, fakeSandbox } from './fake-sandbox.js';
import type { Transport } from './forward.js';
import type { DnsSandbox } from './model.js';
import { NameRegistry } from './names.js';
import { Resolver } from './resolver.js';
import type { Query } from './wire.js';

const longLabel = 'x'.repeat(64);

function make() {
  const names = new NameRegistry();
  const network = { id: 'n1', name: 'net' };
  const many = Array.from({ length: 60 }, (_, i) => ip(`172.18.1.${i + 1}`));
  names.add(network, { endpointId: 'e1', names: ['web'], addresses: [ip('172.18.0.2')] });
  names.add(network, { endpointId: 'e2', names: ['six'], addresses: [ip('fd00::6')] });
  names.add(network, { endpointId: 'e3', names: ['many'], addresses: many });
  names.add(network, { endpointId: 'e4', names: [longLabel], addresses: [ip('172.18.0.9')] });
  names.add(network, {
    endpointId: 'e5',
    names: ['my_app.v-1', 'bücher', 'with space', '_odd'],
    addresses: [ip('172.18.0.5'), ip('fd00::5')],
  });
  names.add(
    { id: 'n2', name: 'other' },
    { endpointId: 'e6', names: ['stranger'], addresses: [ip('172.19.0.2')] },
  );
  const forwarded: Query[] = [];
  const forwarder = {
    forward(_sandbox: DnsSandbox, query: Query) {
      forwarded.push(query);
      return Promise.resolve(Buffer.from('forwarded'));
    },
  };
  return { resolver: new Resolver({ names, forwarder, ids: countingIds() }), forwarded };
}

function ask(packet: Packet | Buffer, transport: Transport = 'udp', asker = fakeSandbox) {
  const { resolver, forwarded } = make();
  const bytes = Buffer.isBuffer(packet) ? packet : encode(packet);
  const reply = resolver.answer(asker, bytes, transport);
  return { reply, forwarded };
}
function local(name: string, type: RecordType, more: Packet = {}, transport: Transport = 'udp') {
  const { reply, forwarded } = ask(
    { type: 'query', id: 77, flags: 0x100, questions: [{ name, type }], ...more },
    transport,
  );
  expect(forwarded).to.deep.equal([]);
  return decoded(reply);
}
const rcode = (packet: DecodedPacket) => (packet.flags ?? 0) & 15;

const patch = (change: (packet: Buffer) => void) => (packet: Buffer) => {
  change(packet);
  return packet;
};

describe('Resolver', () => {
  const table: [string, RecordType, unknown[]][] = [
    ['web', 'A', ['172.18.0.2']],
    ['WEB.net', 'A', ['172.18.0.2']],
    ['six', 'AAAA', ['fd00::6']],
    ['web', 'AAAA', []],
    ['six', 'A', []],
    ['web', 'MX', []],
    ['web', 'TXT', []],
    ['web', 'SRV', []],
    ['web', 'PTR', []],
    ['_http._tcp.web', 'SRV', []],
    ['_http._tcp.web.net', 'A', []],
    ['my_app.v-1', 'A', ['172.18.0.5']],
    ['My_App.V-1.Net', 'A', ['172.18.0.5']],
    ['b\u00fccher', 'A', ['172.18.0.5']],
    ['with space.net', 'A', ['172.18.0.5']],
    ['_odd.net', 'AAAA', ['fd00::5']],
    [`${'5.0.0.0.'.padEnd(56, '0.')}0.0.d.f.ip6.arpa`, 'PTR', ['my_app.v-1.net']],
    ['2.0.18.172.in-addr.arpa', 'PTR', ['web.net']],
  ];
  for (const [name, type, expected] of table) {
    it(`answers ${name} ${type} itself, TTL 600: ${expected.join() || 'NOERROR and nothing'}`, () => {
      const reply = local(name, type);
      expect(dataOf(reply)).to.deep.equal(expected);
      expect([reply.id, rcode(reply), reply.flag_qr, reply.flag_ra, reply.flag_rd]).to.deep.equal([
        77,
        0,
        true,
        true,
        true,
      ]);
      expect(reply.questions).to.deep.equal([{ name, type, class: 'IN' }]);
      for (const answer of reply.answers ?? []) expect(answer).to.include({ name, ttl: 600 });
    });
  }

  it('answers types that have no name yet, HTTPS for one, with nothing', () => {
    const packet = encode({ type: 'query', id: 1, questions: [{ name: 'web', type: 'A' }] });
    packet.writeUInt16BE(65, packet.length - 4);
    expect(decoded(ask(packet).reply).answers).to.deep.equal([]);
  });

  it('a question in another class is answered too, with nothing: the name stays here', () => {
    const questions = [{ name: 'web', type: 'TXT', class: 'CH' }] as const;
    const { reply, forwarded } = ask({ type: 'query', id: 1, questions: [...questions] });
    expect(decoded(reply).answers).to.deep.equal([]);
    expect(forwarded).to.deep.equal([]);
  });

  it('a container without IPv6 gets no AAAA of its neighbours', () => {
    const four = { ...fakeSandbox, hasIPv6: false };
    for (const [type, expected] of [
      ['AAAA', []],
      ['A', ['172.18.0.5']],
    ] as const) {
      const packet = { type: 'query', id: 1, questions: [{ name: 'my_app.v-1', type }] } as const;
      const { reply, forwarded } = ask(
        { ...packet, questions: [...packet.questions] },
        'udp',
        four,
      );
      expect(dataOf(decoded(reply))).to.deep.equal(expected);
      expect(forwarded).to.deep.equal([]);
    }
  });

  for (const name of ['web.corp.example', 'WEB.net.Corp.Example', '_x._tcp.web.corp.example']) {
    it(`a container's name with a search domain behind does not go out (CVE-2025-8283): ${name}`, () => {
      const searching = { ...fakeSandbox, search: ['lab', 'corp.example'] };
      for (const type of ['A', 'AAAA', 'TXT'] as const) {
        const packet: Packet = { type: 'query', id: 1, questions: [{ name, type }] };
        const { reply, forwarded } = ask(packet, 'udp', searching);
        expect(rcode(decoded(reply))).to.equal(3);
        expect(forwarded).to.deep.equal([]);
        expect(ask(packet).forwarded, 'without the search domain').to.have.length(1);
      }
      const other: Packet = { type: 'query', id: 1, questions: [{ name: 'x.lab', type: 'A' }] };
      expect(ask(other, 'udp', searching).forwarded).to.have.length(1);
    });
  }

  it('a name on a network that the container is not on is unknown, forwards and backwards', () => {
    for (const [name, type] of [
      ['stranger', 'A'],
      ['stranger.other', 'A'],
      ['2.0.19.172.in-addr.arpa', 'PTR'],
    ] as const) {
      const { forwarded } = ask({ type: 'query', id: 1, questions: [{ name, type }] });
      expect(forwarded).to.have.length(1);
    }
  });

  it('shuffles addresses', () => {
    const { resolver } = make();
    const packet = encode({ type: 'query', id: 1, questions: [{ name: 'many', type: 'A' }] });
    const orders = [1, 2, 3].map(() =>
      dataOf(decoded(resolver.answer(fakeSandbox, packet, 'tcp'))),
    );
    expect(new Set(orders.map(String)).size).to.equal(3);
    expect(new Set(orders.map((order) => String(order.toSorted()))).size).to.equal(1);
  });

  it('cuts an answer to 512 bytes by UDP, to the size that EDNS says, and not by TCP', () => {
    const edns = (udpPayloadSize: number): Packet => ({
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ],
    });
    const plain = local('many', 'A');
    expect(plain.flag_tc).to.equal(true);
    expect(plain.size).to.be.within(497, 512);
    expect(plain.answers).to.have.length(30);
    const small = local('many', 'A', edns(100));
    expect(small.flag_tc).to.equal(true);
    expect(small.additionals?.[0]?.type).to.equal('OPT');
    expect(local('many', 'A', edns(4096)).answers).to.have.length(60);
    expect(local('many', 'A', {}, 'tcp')).to.include({ flag_tc: false });
    expect(local('many', 'A', {}, 'tcp').answers).to.have.length(60);
  });

  it('says SERVFAIL for a name that DNS can’t carry', () =>
    expect(rcode(local('9.0.18.172.in-addr.arpa', 'PTR'))).to.equal(2));

  for (const [name, type] of [
    ['example.org', 'A'],
    ['nobody', 'A'],
    ['1.2.0.192.in-addr.arpa', 'PTR'],
    ['web.other', 'A'],
  ] as const) {
    it(`forwards ${name} ${type}`, async () => {
      const { reply, forwarded } = ask({ type: 'query', id: 1, questions: [{ name, type }] });
      expect(String(await reply)).to.equal('forwarded');
      expect(forwarded[0]?.name).to.equal(name);
    });
  }

  it('holds short names back when the user set ndots', () => {
    const strict = { ...fakeSandbox, ndotsSet: true };
    const question = (name: string, type: RecordType) =>
      ask({ type: 'query', id: 1, questions: [{ name, type }] }, 'udp', strict);
    expect(decoded(question('nobody', 'A').reply).answers).to.deep.equal([]);
    expect(question('nobody', 'MX').forwarded).to.have.length(1);
    expect(question('a.b', 'A').forwarded).to.have.length(1);
    expect(dataOf(decoded(question('web', 'A').reply))).to.deep.equal(['172.18.0.2']);
  });

  const refused: [string, (packet: Buffer) => Buffer, number | undefined][] = [
    ['two questions', patch((p) => p.writeUInt16BE(2, 4)), 1],
    ['no question', patch((p) => p.writeUInt16BE(0, 4)), 1],
    ['another opcode', patch((p) => p.writeUInt16BE(5 << 11, 2)), 4],
    ['an answer', patch((p) => p.writeUInt16BE(0x8000, 2)), undefined],
    ['half a header', (p) => p.subarray(0, 11), undefined],
    ['half a question', (p) => p.subarray(0, p.length - 1), 1],
    ['a compressed question', patch((p) => p.writeUInt8(0xc0, 12)), 1],
    ['records that are not there', patch((p) => p.writeUInt16BE(1, 10)), 1],
  ];
  for (const [what, change, code] of refused) {
    it(`${code === undefined ? 'ignores' : `refuses by ${code}`} ${what}`, () => {
      const packet = encode({ type: 'query', id: 0x1234, questions: [{ name: 'web', type: 'A' }] });
      const { reply, forwarded } = ask(change(packet));
      expect(forwarded).to.deep.equal([]);
      if (code === undefined) expect(reply).to.equal(undefined);
      else expect([rcode(decoded(reply)), decoded(reply).id]).to.deep.equal([code, 0x1234]);
    });
  }
});
