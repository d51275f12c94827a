import { expect } from 'chai';
import { Forbidden, InvalidParameter } from '../../base/errors.js';
import { FakeHost, netns, plainRequest } from '../parent/fake-host.js';
import { IpvlanDriver } from './driver.js';

const host = new FakeHost('ipvlan', (parts) => new IpvlanDriver(parts));
const l2 = host.network({ parent: 'eth0' });
const l3 = host.network({ parent: 'eth0', ipvlan_mode: 'l3s', ipvlan_flag: 'private' });

describe('ipvlan', () => {
  const refused: readonly [Record<string, string>, string][] = [
    [
      { ipvlan_mode: 'bridge' },
      "requested ipvlan mode 'bridge' is not valid, 'l2' mode is the ipvlan driver default",
    ],
    [
      { ipvlan_flag: 'l2' },
      "requested ipvlan flag 'l2' is not valid, 'bridge' is the ipvlan driver default",
    ],
  ];
  for (const [options, text] of refused) {
    it(`${JSON.stringify(options)} is refused`, () => {
      const attempt = () => host.driver().validateNetwork(host.network(options), []);
      expect(attempt).to.throw(InvalidParameter, text);
    });
  }

  it('has one network on a parent', () => {
    const wanted = host.network({ parent: 'eth0' }, { id: 'f'.repeat(64) });
    expect(() => host.driver().validateNetwork(wanted, [l2])).to.throw(
      Forbidden,
      /^network dm-\w{12} is already using parent interface eth0$/,
    );
    const others = [
      host.network({}),
      host.network({ parent: 'eth1' }),
      { ...l2, driver: 'macvlan' },
    ];
    host.driver().validateNetwork(wanted, others);
  });

  for (const [mode, network] of [
    ['l2', l2],
    ['l3s', l3],
  ] as const) {
    it(`plans an endpoint of mode ${mode}`, () => {
      const plan = host.driver().planEndpoint(network, host.draftWithoutMac(network), netns);
      host.golden(`endpoint-${mode}`, plan);
    });
  }

  it('gives no MAC of its own', () => {
    expect(host.driver().borrowsMac()).to.equal(true);
    const attempt = () =>
      host.driver().validateEndpoint(l2, { ...plainRequest, mac: '02:00:00:00:00:01' });
    expect(attempt).to.throw(
      InvalidParameter,
      'ipvlan interfaces do not support custom mac address assignment',
    );
  });

  it('leads out by way of the gateway in mode l2', () => {
    const plan = host.driver().planGateway(l2, host.draftWithoutMac(l2), netns, [4, 6]);
    host.golden('gateway-l2', plan);
  });

  it('leads out by way of the device in the L3 modes, in the families that it is to', () => {
    const draft = host.draftWithoutMac(l3);
    const route = (family: 4 | 6) => ({
      kind: 'route.add',
      args: { netns, route: { destination: 'default', family, link: 'eth0' } },
    });
    const plan = (...families: (4 | 6)[]) => host.driver().planGateway(l3, draft, netns, families);
    expect(plan(4, 6)).to.deep.equal([route(4), route(6)]);
    expect(plan(6)).to.deep.equal([route(6)]);
  });
});
