import { expect } from 'chai';
import { endpointDraft, networkRecord } from '../../../netns-tests/world/records.js';
import { countingIds } from '../../base/ids.js';
import { applyPlan } from '../../cnm/apply.js';
import { FakeKernel } from '../../cnm/fake-kernel.js';
import { BridgeDriver } from './driver.js';

const netns = '/run/netns/c1';

/** IPv6 that can't be switched off would be a way around the firewall of an IPv4 network (CVE-2024-32473). */
describe('an IPv4 endpoint on a host that refuses to switch IPv6 off', () => {
  const network = networkRecord();
  const draft = endpointDraft(network);

  /** A kernel that refuses to change this setting, with the network's side of things in place. */
  function kernel(refused: string): FakeKernel {
    const made = new FakeKernel((change) => {
      if (change.includes(refused)) throw new Error(`read-only: ${change}`);
    });
    made.addNetns(netns);
    return made;
  }

  function driver(): BridgeDriver {
    return new BridgeDriver({
      ids: countingIds(),
      sysctls: { read: () => '0' },
      forwarding: { enable: true, forOthers: false },
    });
  }

  for (const link of ['eth0', draft.interface.hostName ?? '']) {
    it(`fails, and leaves nothing behind (${link})`, () => {
      const host = kernel(`conf.${link}.disable_ipv6=1`);
      applyPlan(driver().planNetwork(network), host);
      const before = host.state();
      const plan = driver().planEndpoint(network, draft, netns);
      expect(() => applyPlan(plan, host)).to.throw(
        `cannot set sysctl net/ipv6/conf/${link}/disable_ipv6 to 1`,
      );
      expect(host.state()).to.deep.equal(before);
    });
  }

  it('fails for the bridge as well', () => {
    const host = kernel('disable_ipv6=1');
    expect(() => applyPlan(driver().planNetwork(network), host)).to.throw(
      'cannot set sysctl net/ipv6/conf/br-a1b2c3d4e5f6/disable_ipv6 to 1',
    );
    expect(host.state()).to.deep.equal(kernel('nothing').state());
  });

  it('goes on where the kernel has no IPv6 at all', () => {
    const host = kernel('disable_ipv6=1');
    for (const link of ['br-a1b2c3d4e5f6', 'eth0', draft.interface.hostName ?? '']) {
      for (const key of ['disable_ipv6', 'accept_ra'])
        host.absentSysctls.add(`net/ipv6/conf/${link}/${key}`);
    }
    applyPlan(driver().planNetwork(network), host);
    applyPlan(driver().planEndpoint(network, draft, netns), host);
  });
});
