import { expect } from 'chai';
import { encode } from 'dns-packet';
import { countingIds } from '../../base/ids.js';
import { ip } from '../../base/ip.js';
import { decoded, fakeSandbox } from './fake-sandbox.js';
import { NameRegistry } from './names.js';
import { Resolver } from './resolver.js';

describe('buildReply', () => {
  it('an answer by UDP is never larger than a datagram, whatever EDNS says', () => {
    const names = new NameRegistry();
    const addresses = Array.from({ length: 5000 }, (_, i) => ip(`10.0.${i >> 8}.${i & 255}`));
    names.add({ id: 'n1', name: 'net' }, { endpointId: 'e1', names: ['all'], addresses });
    const forwarder = { forward: () => Promise.reject(new Error('nobody is to be asked')) };
    const resolver = new Resolver({ names, forwarder, ids: countingIds() });
    const packet = encode({
      type: 'query',
      id: 1,
      questions: [{ name: 'all', type: 'A' }],
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: 65535,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ],
    });
    const reply = decoded(resolver.answer(fakeSandbox, packet, 'udp'));
    expect(reply.flag_tc).to.equal(true);
    expect(reply.size).to.be.within(65_400, 65_507);
  });
});
