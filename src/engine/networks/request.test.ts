import { expect } from 'chai';
import * as v from 'valibot';
import { networkCreate } from '../../api/types/network.js';
import { InvalidParameter, NotImplemented } from '../../base/errors.js';
import { networkRequest } from './request.js';

const requestOf = (body: object) =>
  networkRequest(v.parse(networkCreate, { Name: 'web', ...body }));

describe('networkRequest', () => {
  it('fills in what is not said', () => {
    expect(requestOf({})).to.deep.equal({
      name: 'web',
      driver: 'bridge',
      enableIPv4: true,
      enableIPv6: false,
      internal: false,
      attachable: false,
      options: {},
      labels: {},
      ipam: { driver: 'default', options: {}, config: [] },
    });
  });

  it('takes all that is said, and leaves out empty texts', () => {
    const request = requestOf({
      Driver: 'other',
      Scope: 'local',
      EnableIPv4: false,
      EnableIPv6: true,
      Internal: true,
      Attachable: true,
      Options: { o: '1' },
      Labels: { l: '1' },
      IPAM: {
        Driver: 'mine',
        Options: { i: '1' },
        Config: [
          { Subnet: '10.0.0.0/8', IPRange: '', Gateway: '', AuxiliaryAddresses: null },
          { Subnet: 'fd00::/64', IPRange: 'fd00::/80', Gateway: 'fd00::1' },
          { AuxiliaryAddresses: { router: '10.0.0.2' } },
        ],
      },
    });
    expect(request).to.deep.equal({
      name: 'web',
      driver: 'other',
      enableIPv4: false,
      enableIPv6: true,
      internal: true,
      attachable: true,
      options: { o: '1' },
      labels: { l: '1' },
      ipam: {
        driver: 'mine',
        options: { i: '1' },
        config: [
          { subnet: '10.0.0.0/8' },
          { subnet: 'fd00::/64', ipRange: 'fd00::/80', gateway: 'fd00::1' },
          { auxAddresses: { router: '10.0.0.2' } },
        ],
      },
    });
  });

  for (const [body, kind] of [
    [{ Name: '' }, InvalidParameter],
    [{ Scope: 'swarm' }, NotImplemented],
    [{ Ingress: true }, NotImplemented],
    [{ ConfigOnly: true }, NotImplemented],
    [{ ConfigFrom: { Network: 'x' } }, NotImplemented],
  ] as const) {
    it(`refuses ${JSON.stringify(body)}`, () => expect(() => requestOf(body)).to.throw(kind));
  }

  it('takes an empty ConfigFrom, which Go clients send', () =>
    expect(requestOf({ ConfigFrom: { Network: '' } }).name).to.equal('web'));
});
