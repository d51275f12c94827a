import { expect } from 'chai';
import { type DecodedPacket, decode, encode, type RecordType } from 'dns-packet';
import { countingIds } from '../../base/ids.js';
import { ip } from '../../base/ip.js';
import type { DnsSandbox } from './model.js';
import { NameRegistry } from './names.js';
import { Resolver } from './resolver.js';
import type { Query } from './wire.js';

const sandbox: DnsSandbox = {
  id: 's1',
  view: { networks: [{ networkId: 'n1' }] },
  upstreams: [],
  hasGateway: true,
  ndotsSet: false,
  search: [],
  hasIPv6: true,
};

function decoded(reply: Buffer | Promise<Buffer> | undefined): DecodedPacket & { size: number } {
  if (!Buffer.isBuffer(reply)) throw new Error('no answer at once');
  return { ...decode(reply), size: reply.length };
}
const data = (packet: DecodedPacket) =>
  (packet.answers ?? []).map((answer) => ('data' in answer ? answer.data : undefined));

describe('OutsideNames', () => {
  it('PTR of an address that an answer from outside had goes outside, for this container alone', async () => {
    const outside = (packet: Buffer): Buffer => {
      const { id, questions } = decode(packet);
      return encode({
        type: 'response',
        id: id ?? 0,
        questions: questions ?? [],
        answers: [
          { type: 'CNAME', name: 'www.org', data: 'web.org' },
          { type: 'A', name: 'web.org', data: '172.18.0.2' },
          { type: 'AAAA', name: 'web.org', data: '2001:db8::1' },
        ],
      });
    };
    let asked = 0;
    const forwarder = {
      forward(_sandbox: DnsSandbox, query: Query) {
        asked++;
        return Promise.resolve(outside(query.packet));
      },
    };
    const names = new NameRegistry();
    const endpoint = { endpointId: 'e1', names: ['web'], addresses: [ip('172.18.0.2')] };
    names.add({ id: 'n1', name: 'net' }, endpoint);
    const resolver = new Resolver({ names, forwarder, ids: countingIds() });
    const question = (name: string, type: RecordType) =>
      encode({ type: 'query', id: 1, questions: [{ name, type }] });
    const reverse = question('2.0.18.172.in-addr.arpa', 'PTR');
    expect(data(decoded(resolver.answer(sandbox, reverse, 'udp')))).to.deep.equal(['web.net']);
    await resolver.answer(sandbox, question('www.org', 'A'), 'udp');
    await resolver.answer(sandbox, reverse, 'udp');
    expect(asked).to.equal(2);
    expect(data(decoded(resolver.answer({ ...sandbox }, reverse, 'udp')))).to.deep.equal([
      'web.net',
    ]);
    names.add({ id: 'n1', name: 'net' }, { ...endpoint, names: ['next'] });
    expect(data(decoded(resolver.answer(sandbox, reverse, 'udp'))), 'its next owner').to.deep.equal(
      ['next.net'],
    );
  });
});
