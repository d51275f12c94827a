import { expect } from 'chai';
import { networkRecord, subnet4, subnet6 } from '../../../netns-tests/world/records.js';
import { type ForwardingSettings, forwardingPlan } from './forwarding.js';
import { bridgeNetwork } from './network.js';

const dual = networkRecord({ subnets: [subnet4(), subnet6()] });

/** What is done on a host whose settings are these, in short. */
function done(
  record: ReturnType<typeof networkRecord>,
  host: Readonly<Record<string, string>>,
  settings: Partial<ForwardingSettings> = {},
): string[] {
  const sysctls = { read: (key: readonly string[]) => host[key.slice(1).join('/')] };
  const all = { enable: true, forOthers: false, ...settings };
  return forwardingPlan(bridgeNetwork(record), sysctls, all).map((step) =>
    step.kind === 'sysctl.set' ? step.args.key.slice(1).join('/') : step.kind,
  );
}

describe('forwarding of the host', () => {
  const off = { 'ipv4/ip_forward': '0', 'ipv6/conf/all/forwarding': '0' };
  const four = ['firewall.add', 'ipv4/ip_forward'];
  const six = ['firewall.add', 'ipv6/conf/all/forwarding'];
  const cases: [string, string[], string[]][] = [
    ['is switched on behind its policy', done(dual, off), [...four, ...six]],
    ['is switched on for the families of the network', done(networkRecord(), off), four],
    ['stays as it is where it is on', done(dual, { ...off, 'ipv4/ip_forward': '1' }), six],
    ['is no matter without IPv6', done(dual, { 'ipv4/ip_forward': '1' }), []],
    ['is no matter for internal networks', done(networkRecord({ internal: true }), off), []],
    ['is left alone if it is to be', done(dual, off, { enable: false }), []],
    [
      'is for all if it is to be',
      done(dual, off, { forOthers: true }),
      ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'],
    ],
  ];
  for (const [what, plan, wanted] of cases) {
    it(what, () => expect(plan).to.deep.equal(wanted));
  }
});
