import { expect } from 'chai';
import type { NetworkInspect } from '../../types/network.js';
import { inspectText } from './network-status.js';

const network: NetworkInspect = {
  Name: 'a"b',
  Id: 'i',
  Created: '',
  Scope: 'local',
  Driver: 'bridge',
  EnableIPv4: true,
  EnableIPv6: true,
  IPAM: { Driver: 'default', Options: null, Config: [] },
  Internal: false,
  Attachable: false,
  Ingress: false,
  ConfigFrom: { Network: '' },
  ConfigOnly: false,
  Containers: {},
  Options: {},
  Labels: {},
};
const counts = (IPsInUse: bigint, DynamicIPsAvailable: bigint) => ({
  IPsInUse,
  DynamicIPsAvailable,
});

describe('inspectText', () => {
  it('is JSON, with and without a status', () => {
    expect(JSON.parse(inspectText(network))).to.deep.equal(network);
    const shown = JSON.parse(inspectText({ ...network, Status: { IPAM: {} } }));
    expect(shown).to.deep.equal({ ...network, Status: { IPAM: {} } });
  });

  it('counts exactly, up to what 64 bits hold', () => {
    const Subnets = {
      '10.0.0.0/8': counts(3n, 16777213n),
      'fd00::/65': counts(2n, 2n ** 63n - 1n),
      'fd01::/40': counts(2n, 2n ** 88n - 2n),
    };
    const text = inspectText({ ...network, Status: { IPAM: { Subnets } } });
    expect(text).to.contain('"10.0.0.0/8":{"IPsInUse":3,"DynamicIPsAvailable":16777213}');
    expect(text).to.contain('"DynamicIPsAvailable":9223372036854775807}');
    expect(text).to.contain('"DynamicIPsAvailable":18446744073709551615}');
  });
});
