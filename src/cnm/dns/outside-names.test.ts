import { expect } from 'chai';
import { decode, encode, type RecordType } from 'dns-packet';
import { countingIds } from '../../base/ids.js';
import { ip } from '../../base/ip.js';
import { dataOf, decoded, fakeSandbox } from './fake-sandbox.js';
import type { DnsSandbox } from './model.js';
import { NameRegistry } from './names.js';
import { Resolver } from './resolver.js';
import type { Query } from './wire.js';

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
    expect(dataOf(decoded(resolver.answer(fakeSandbox, reverse, 'udp')))).to.deep.equal([
      'web.net',
    ]);
    await resolver.answer(fakeSandbox, question('www.org', 'A'), 'udp');
    await resolver.answer(fakeSandbox, reverse, 'udp');
    expect(asked).to.equal(2);
    expect(dataOf(decoded(resolver.answer({ ...fakeSandbox }, reverse, 'udp')))).to.deep.equal([
      'web.net',
    ]);
    names.add({ id: 'n1', name: 'net' }, { ...endpoint, names: ['next'] });
    expect(
      dataOf(decoded(resolver.answer(fakeSandbox, reverse, 'udp'))),
      'its next owner',
    ).to.deep.equal(['next.net']);
  });
});
