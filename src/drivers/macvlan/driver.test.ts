import { expect } from 'chai';
import { expectGolden } from '../../../netns-tests/world/golden.js';
import {
  endpointDraft,
  networkRecord,
  subnet4,
  subnet6,
} from '../../../netns-tests/world/records.js';
import { Forbidden, InvalidParameter, System } from '../../base/errors.js';
import { FakeKernel } from '../../cnm/fake-kernel.js';
import type { EndpointRequest, NetworkRecord } from '../../cnm/model.js';
import type { Plan } from '../../cnm/plan.js';
import type { LinkSpec } from '../../native/netlink-ts/model.js';
import { MacvlanDriver } from './driver.js';

const netns = '/run/netns/c1';
const request: EndpointRequest = { aliases: [], driverOptions: {}, gatewayPriority: 0 };

/** A driver on a host with `eth0`, MTU 1500. */
function driver(...absent: LinkSpec['kind'][]): MacvlanDriver {
  const kernel = new FakeKernel();
  kernel.links('host').addLink({ kind: 'dummy', name: 'eth0' });
  for (const kind of absent) kernel.absentKinds.add(kind);
  return new MacvlanDriver({ links: kernel.links('host') });
}

function network(options: Record<string, string>, over: Partial<NetworkRecord> = {}) {
  return networkRecord({ driver: 'macvlan', options, ...over });
}

function golden(name: string, plan: Plan): void {
  expectGolden(`src/drivers/macvlan/golden/${name}.golden`, `${JSON.stringify(plan, null, 2)}\n`);
}

const dual = network(
  { parent: 'eth0', 'com.docker.network.driver.mtu': '1400' },
  { subnets: [subnet4(), subnet6()] },
);

describe('macvlan: options', () => {
  const refused: readonly [Record<string, string>, string][] = [
    [{ parent: 'lo' }, 'loopback interface is not a valid macvlan parent link'],
    [{ parent: 'a/b' }, 'failed to parse parent value: a/b (not usable as an interface name)'],
    [
      { macvlan_mode: 'l2' },
      "requested macvlan mode 'l2' is not valid, 'bridge' mode is the macvlan driver default",
    ],
    [{ 'com.docker.network.driver.mtu': '67' }, 'failed to parse com.docker.network.driver.mtu'],
  ];
  for (const [options, text] of refused) {
    it(`${JSON.stringify(options)} is refused`, () => {
      const attempt = () => driver().validateNetwork(network(options), []);
      expect(attempt).to.throw(InvalidParameter, text);
    });
  }

  it('an MTU that IPv6 can not do with is refused', () => {
    const small = {
      ...dual,
      enableIPv6: true,
      options: { 'com.docker.network.driver.mtu': '1279' },
    };
    expect(() => driver().validateNetwork(small, [])).to.throw(InvalidParameter, '1280');
  });

  it('an MTU above the parent’s is refused', () => {
    const large = network({ parent: 'eth0', 'com.docker.network.driver.mtu': '1501' });
    expect(() => driver().planNetwork(large)).to.throw(
      InvalidParameter,
      'MTU 1501 is more than the 1500 bytes of parent interface eth0',
    );
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
      const there = network({ parent: 'eth0', macvlan_mode: first });
      const wanted = network({ parent: 'eth0', macvlan_mode: second }, { id: 'f'.repeat(64) });
      const attempt = () => driver().validateNetwork(wanted, [there]);
      if (refusal) expect(attempt).to.throw(Forbidden, refusal);
      else attempt();
    });
  }

  it('passthru minds neither other parents nor none', () => {
    const wanted = network({ parent: 'eth0', macvlan_mode: 'passthru' });
    const others = [network({ parent: 'eth1' }), network({}), network({ parent: 'eth0' })];
    driver().validateNetwork(wanted, others.slice(0, 2));
    driver().validateNetwork(network({ macvlan_mode: 'passthru' }), others);
  });
});

describe('macvlan: plan of a network', () => {
  it('on a device there is nothing to do', () => {
    expect(driver().planNetwork(dual)).to.deep.equal([]);
  });

  it('on a VLAN', () => {
    golden('network-vlan', driver().planNetwork(network({ parent: 'eth0.10' })));
  });

  it('on a VLAN of a device that is not there: refused', () => {
    const attempt = () => driver().planNetwork(network({ parent: 'eth7.10' }));
    expect(attempt).to.throw(
      InvalidParameter,
      '-o parent interface was not found on the host: eth7',
    );
  });

  it('without parent', () => {
    golden('network-nowhere', driver().planNetwork(network({})));
  });

  it('without parent, where the kernel has no dummies', () => {
    golden('network-nowhere-bridge', driver('dummy').planNetwork(network({})));
  });

  it('on a kernel without macvlan: says what to load', () => {
    const attempt = () => driver('macvlan').planNetwork(dual);
    expect(attempt).to.throw(System, 'the kernel of this host has no macvlan links');
  });
});

describe('macvlan: plan of an endpoint', () => {
  it('dual-stack', () => {
    golden('endpoint-dual-stack', driver().planEndpoint(dual, endpointDraft(dual), netns));
  });

  it('IPv4 only: no IPv6 at all, before the link is up', () => {
    const four = network({ parent: 'eth0' });
    const plan = driver().planEndpoint(four, endpointDraft(four), netns);
    const off = plan.findIndex(
      ({ kind, args }) =>
        kind === 'sysctl.set' && args.key.at(-1) === 'disable_ipv6' && args.value === '1',
    );
    const up = plan.findIndex(({ kind }) => kind === 'link.up');
    expect(off).to.be.greaterThan(-1).and.lessThan(up);
  });

  it('link-local addresses that were asked for come after the leased ones', () => {
    const draft = endpointDraft(dual, 2, { interface: { linkLocal: ['169.254.7.7/16'] } });
    const added = driver()
      .planEndpoint(dual, draft, netns)
      .flatMap((one) => (one.kind === 'addr.add' ? [one.args.address] : []));
    expect(added).to.deep.equal(['172.30.0.2/16', 'fd00:30::2/64', '169.254.7.7/16']);
  });

  it('passthru: the MAC is the parent’s unless one is asked for', () => {
    const pass = network({ parent: 'eth0', macvlan_mode: 'passthru' });
    expect(driver().borrowsMac(pass)).to.equal(true);
    expect(driver().borrowsMac(dual)).to.equal(false);
    const draft = endpointDraft(pass);
    const { interface: link } = draft;
    const [first] = driver().planEndpoint(
      pass,
      { ...draft, interface: { ...link, mac: '' } },
      netns,
    );
    expect(first?.args).to.have.property('link').that.does.not.have.property('mac');
  });

  it('refuses a bad MAC and a bad option', () => {
    const attempt = (over: Partial<EndpointRequest>) => () =>
      driver().validateEndpoint(dual, { ...request, ...over });
    expect(attempt({ mac: '02:00' })).to.throw(InvalidParameter, 'invalid MAC address: 02:00');
    const driverOptions = { 'com.docker.network.endpoint.ifname': 'a/b' };
    expect(attempt({ driverOptions })).to.throw(InvalidParameter, 'ifname');
  });

  it('names the interface', () => {
    const prefixed = network({ 'com.docker.network.container_iface_prefix': 'lan' });
    expect(driver().nameInterface(prefixed, request, ['lan0'])).to.deep.equal({ name: 'lan1' });
    const driverOptions = { 'com.docker.network.endpoint.ifname': 'wire' };
    const wish = { ...request, driverOptions };
    expect(driver().nameInterface(dual, wish, [])).to.deep.equal({ name: 'wire' });
  });
});

describe('macvlan: ways out', () => {
  const draft = endpointDraft(dual);

  it('leads out in the families that it has, with or without a gateway', () => {
    const { gateway4: _, gateway6: __, ...link } = draft.interface;
    expect(driver().leadsOut(dual, link)).to.deep.equal([4, 6]);
    expect(driver().planGateway(dual, { ...draft, interface: link }, netns, [4, 6])).to.deep.equal(
      [],
    );
  });

  it('goes by way of the gateways that were named', () => {
    const plan = driver().planGateway(dual, draft, netns, [4]);
    expect(plan).to.deep.equal([
      {
        kind: 'route.add',
        args: {
          netns,
          route: {
            destination: 'default',
            family: 4,
            gateway: draft.interface.gateway4,
            link: 'eth0',
          },
        },
      },
    ]);
  });

  for (const [what, closed] of [
    ['an internal network', { ...dual, internal: true }],
    ['a network without parent', { ...dual, options: {} }],
  ] as const) {
    it(`none from ${what}`, () => {
      expect(driver().hasGateway(closed)).to.equal(false);
      expect(driver().leadsOut(closed, draft.interface)).to.deep.equal([]);
    });
  }
});
