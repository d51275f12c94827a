import { expect } from 'chai';
import type { PortBinding, PortRequest } from '../model.js';
import { defaultHostAddresses, wishesFor } from './host-ports.js';

const option = 'com.docker.network.bridge.host_binding_ipv4';
const wish = (over: Partial<PortRequest> = {}): PortRequest => ({
  protocol: 'tcp',
  containerPort: 80,
  hostIp: '',
  hostPort: [0, 0],
  ...over,
});
const binding = (hostPort: number, over: Partial<PortBinding> = {}): PortBinding => ({
  protocol: 'tcp',
  containerPort: 80,
  hostIp: '0.0.0.0',
  hostPort,
  ...over,
});

describe('host ports', () => {
  it('are published on all addresses of the families that have a gateway', () => {
    expect(defaultHostAddresses([4, 6], {})).to.deep.equal({ 4: '0.0.0.0', 6: '::' });
    expect(defaultHostAddresses([4], { [option]: '0.0.0.0' })).to.deep.equal({ 4: '0.0.0.0' });
  });

  it('are published where the network says, and only there', () => {
    expect(defaultHostAddresses([4, 6], { [option]: '10.0.0.1' })).to.deep.equal({ 4: '10.0.0.1' });
    expect(defaultHostAddresses([4, 6], { [option]: '::1' })).to.deep.equal({ 6: '::1' });
    expect(defaultHostAddresses([6], { [option]: '10.0.0.1' })).to.deep.equal({});
  });

  const both = { 4: '0.0.0.0', 6: '::' };
  const cases: readonly [string, PortRequest, readonly PortBinding[], unknown][] = [
    ['any port', wish(), [], { hostIps: ['0.0.0.0', '::'] }],
    ['one port', wish({ hostPort: [80, 80] }), [], { hostIps: ['0.0.0.0', '::'], hostPort: 80 }],
    [
      'one of several',
      wish({ hostPort: [80, 90] }),
      [],
      { hostIps: ['0.0.0.0', '::'], hostPort: { first: 80, last: 90 } },
    ],
    ['one address', wish({ hostIp: '127.0.0.1' }), [], { hostIps: ['127.0.0.1'] }],
    [
      'a chosen port is kept',
      wish(),
      [binding(5000)],
      { hostIps: ['0.0.0.0', '::'], hostPort: 5000 },
    ],
    [
      'but not one of another wish',
      wish({ hostPort: [80, 90] }),
      [binding(5000)],
      { hostIps: ['0.0.0.0', '::'], hostPort: { first: 80, last: 90 } },
    ],
    [
      'nor when it is unclear which',
      wish(),
      [binding(1), binding(2)],
      { hostIps: ['0.0.0.0', '::'] },
    ],
  ];
  for (const [name, request, before, expected] of cases) {
    it(name, () => {
      expect(wishesFor([request], { families: [4, 6], defaults: both }, before)).to.deep.equal([
        { protocol: 'tcp', containerPort: 80, ...(expected as object) },
      ]);
    });
  }

  it('are accepted and not mapped where no gateway of the family is', () => {
    expect(
      wishesFor([wish({ hostIp: '::1' })], { families: [4], defaults: { 4: '0.0.0.0' } }),
    ).to.deep.equal([]);
    expect(wishesFor([wish()], { families: [], defaults: {} })).to.deep.equal([]);
  });
});
