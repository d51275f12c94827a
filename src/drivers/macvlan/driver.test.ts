import { expect } from 'chai';
import { endpointDraft, subnet4 } from '../../../netns-tests/world/records.js';
import { Forbidden, InvalidParameter } from '../../base/errors.js';
import { FakeHost, netns, plainRequest } from '../parent/fake-host.js';
import { MacvlanDriver } from './driver.js';

const host = new FakeHost('macvlan', (parts) => new MacvlanDriver(parts));
const dual = host.network({ parent: 'eth0', 'com.docker.network.driver.mtu': '1400' });

describe('macvlan', () => {
  it('refuses modes of others', () => {
    const attempt = () => host.driver().validateNetwork(host.network({ macvlan_mode: 'l2' }), []);
    expect(attempt).to.throw(
      InvalidParameter,
      "requested macvlan mode 'l2' is not valid, 'bridge' mode is the macvlan driver default",
    );
  });

  it('passthru: the MAC is the parent’s unless one is asked for', () => {
    const pass = host.network({ parent: 'eth0', macvlan_mode: 'passthru' });
    expect(host.driver().borrowsMac(pass)).to.equal(true);
    expect(host.driver().borrowsMac(dual)).to.equal(false);
    const [first] = host.driver().planEndpoint(pass, host.draftWithoutMac(pass), netns);
    expect(first?.args).to.have.property('link').that.does.not.have.property('mac');
  });

  it('refuses a bad MAC', () => {
    const attempt = () => host.driver().validateEndpoint(dual, { ...plainRequest, mac: '02:00' });
    expect(attempt).to.throw(InvalidParameter, 'invalid MAC address: 02:00');
  });

  it('plans a dual-stack endpoint', () => {
    const plan = host.driver().planEndpoint(dual, endpointDraft(dual), netns);
    host.golden('endpoint-dual-stack', plan);
  });
});

describe('macvlan: networks on one parent', () => {
  const cases: readonly [first: string, second: string, refusal: RegExp | undefined][] = [
    ['bridge', 'private', undefined],
    ['vepa', 'bridge', undefined],
    [
      'bridge',
      'passthru',
      /^cannot use mode passthru, macvlan network \w{64} is already using parent interface eth0$/,
    ],
    [
      'passthru',
      'bridge',
      /^macvlan network \w{64} is already using parent interface eth0 in mode passthru$/,
    ],
  ];
  for (const [first, second, refusal] of cases) {
    it(`${first}, then ${second}: ${refusal ? 'refused' : 'fine'}`, () => {
      const there = host.network({ parent: 'eth0', macvlan_mode: first });
      const wanted = host.network({ parent: 'eth0', macvlan_mode: second }, { id: 'f'.repeat(64) });
      const attempt = () => host.driver().validateNetwork(wanted, [there]);
      if (refusal) expect(attempt).to.throw(Forbidden, refusal);
      else attempt();
    });
  }

  it('passthru minds neither other parents nor none', () => {
    const wanted = host.network({ parent: 'eth0', macvlan_mode: 'passthru' });
    const others = [host.network({ parent: 'eth1' }), host.network({})];
    host.driver().validateNetwork(wanted, others);
    host
      .driver()
      .validateNetwork(host.network({ macvlan_mode: 'passthru' }), [
        ...others,
        host.network({ parent: 'eth0' }),
      ]);
  });
});

describe('macvlan: the plan of a network', () => {
  const four = (options: Record<string, string>) => host.network(options, { subnets: [subnet4()] });

  it('on a VLAN', () => {
    host.golden('network-vlan', host.driver().planNetwork(four({ parent: 'eth0.10' })));
  });

  it('without parent', () => {
    host.golden('network-nowhere', host.driver().planNetwork(four({})));
  });

  it('without parent, where the kernel has no dummies', () => {
    host.golden('network-nowhere-bridge', host.driver('dummy').planNetwork(four({})));
  });
});
