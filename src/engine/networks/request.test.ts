import { expect } from 'chai';
import * as v from 'valibot';
import { networkCreate } from '../../api/types/network.js';
import { InvalidParameter } from '../../base/errors.js';
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

  for (const [body, more] of [
    [{ Scope: 'swarm' }, { scope: 'swarm' }],
    [{ Ingress: true }, { ingress: true }],
    [{ ConfigOnly: true }, { configOnly: true }],
    [{ ConfigFrom: { Network: 'x' } }, { configFrom: 'x' }],
  ] as const) {
    it(`passes on ${JSON.stringify(body)}`, () => expect(requestOf(body)).to.deep.include(more));
  }

  const defaults = {
    bridge: { mtu: '1400', 'com.docker.network.enable_ipv6': 'true' },
    other: { 'com.docker.network.enable_ipv4': 'no' },
  };
  const withDefaults = (body: object) =>
    networkRequest(v.parse(networkCreate, { Name: 'web', ...body }), defaults);

  it('fills in the options that the driver has by default', () => {
    expect(withDefaults({})).to.deep.include({ options: defaults.bridge, enableIPv6: true });
    expect(withDefaults({ Options: { mtu: '9000' } }).options['mtu']).to.equal('9000');
    expect(withDefaults({ Driver: 'third' }).options).to.deep.equal({});
    expect(withDefaults({ ConfigFrom: { Network: 'x' } }).options).to.deep.equal({});
  });

  it('doesn’t show a default that the request overrides', () =>
    expect(withDefaults({ EnableIPv6: false })).to.deep.include({
      options: { mtu: '1400' },
      enableIPv6: false,
    }));

  it('refuses a default that is neither true nor false', () =>
    expect(() => withDefaults({ Driver: 'other' })).to.throw(
      InvalidParameter,
      'driver-opt "com.docker.network.enable_ipv4" is not a valid bool',
    ));

  it('takes an empty ConfigFrom, which Go clients send', () =>
    expect(requestOf({ ConfigFrom: { Network: '' } }).name).to.equal('web'));
});
