import { expect } from 'chai';
import { endpointDraft, subnet4 } from '../../../netns-tests/world/records.js';
import { InvalidParameter, System } from '../../base/errors.js';
import type { EndpointRequest } from '../../cnm/model.js';
import { IpvlanDriver } from '../ipvlan/driver.js';
import { MacvlanDriver } from '../macvlan/driver.js';
import { FakeHost, netns, plainRequest } from './fake-host.js';

const mtuLabel = 'com.docker.network.driver.mtu';

for (const [kind, Driver] of [
  ['macvlan', MacvlanDriver],
  ['ipvlan', IpvlanDriver],
] as const) {
  describe(`${kind}, as any driver on a parent`, () => {
    const host = new FakeHost(kind, (parts) => new Driver(parts));
    const dual = host.network({ parent: 'eth0' });
    const draft = endpointDraft(dual);

    const refused: readonly [Record<string, string>, string][] = [
      [{ parent: 'lo' }, `loopback interface is not a valid ${kind} parent link`],
      [{ parent: 'a/b' }, 'failed to parse parent value: a/b (not usable as an interface name)'],
      [{ [mtuLabel]: '67' }, `failed to parse ${mtuLabel}`],
      [{ [mtuLabel]: '1279' }, '1280'],
    ];
    for (const [options, text] of refused) {
      it(`refuses ${JSON.stringify(options)}`, () => {
        const attempt = () => host.driver().validateNetwork(host.network(options), []);
        expect(attempt).to.throw(InvalidParameter, text);
      });
    }

    it('takes an MTU that only IPv6 could not do with, where there is none', () => {
      const four = host.network({ [mtuLabel]: '1279' }, { subnets: [subnet4()] });
      host.driver().validateNetwork(four, []);
    });

    it('has nothing to do for a network on a device', () => {
      expect(host.driver().planNetwork(dual)).to.deep.equal([]);
    });

    const unplanned: readonly [Record<string, string>, string][] = [
      [
        { parent: 'eth0', [mtuLabel]: '1501' },
        'MTU 1501 is more than the 1500 bytes of parent interface eth0',
      ],
      [{ parent: 'eth7.10' }, '-o parent interface was not found on the host: eth7'],
    ];
    for (const [options, text] of unplanned) {
      it(`makes no plan of ${JSON.stringify(options)}`, () => {
        const attempt = () => host.driver().planNetwork(host.network(options));
        expect(attempt).to.throw(InvalidParameter, text);
      });
    }

    it('says what to load on a kernel without it', () => {
      expect(() => host.driver(kind).planNetwork(dual)).to.throw(
        System,
        `the kernel of this host has no ${kind} links: load its module ${kind} (modprobe ${kind})`,
      );
    });

    it('IPv4 only: no IPv6 at all, before the link is up', () => {
      const four = host.network({ parent: 'eth0' }, { subnets: [subnet4()] });
      const plan = host.driver().planEndpoint(four, endpointDraft(four), netns);
      const off = plan.findIndex(
        ({ kind: step, args }) =>
          step === 'sysctl.set' && args.key.at(-1) === 'disable_ipv6' && args.value === '1',
      );
      const up = plan.findIndex(({ kind: step }) => step === 'link.up');
      expect(off).to.be.greaterThan(-1).and.lessThan(up);
    });

    it('adds link-local addresses that were asked for after the leased ones', () => {
      const wished = endpointDraft(dual, 2, { interface: { linkLocal: ['169.254.7.7/16'] } });
      const added = host
        .driver()
        .planEndpoint(dual, wished, netns)
        .flatMap((one) => (one.kind === 'addr.add' ? [one.args.address] : []));
      expect(added).to.deep.equal(['172.30.0.2/16', 'fd00:30::2/64', '169.254.7.7/16']);
    });

    it('refuses a bad option of an endpoint', () => {
      const driverOptions = { 'com.docker.network.endpoint.ifname': 'a/b' };
      expect(() =>
        host.driver().validateEndpoint(dual, { ...plainRequest, driverOptions }),
      ).to.throw(InvalidParameter, 'ifname');
    });

    const names: readonly [string, Record<string, string>, Partial<EndpointRequest>, string][] = [
      ['by number', {}, {}, 'eth1'],
      ['by the prefix', { 'com.docker.network.container_iface_prefix': 'lan' }, {}, 'lan0'],
      [
        'as wished',
        {},
        { driverOptions: { 'com.docker.network.endpoint.ifname': 'wire' } },
        'wire',
      ],
    ];
    for (const [how, options, over, name] of names) {
      it(`names the interface ${how}`, () => {
        const wish = { ...plainRequest, ...over };
        const named = host.driver().nameInterface(host.network(options), wish, ['eth0']);
        expect(named).to.deep.equal({ name });
      });
    }

    it('leads out in the families that it has, with or without a gateway', () => {
      const { gateway4: _, gateway6: __, ...link } = draft.interface;
      const driver = host.driver();
      expect(driver.leadsOut(dual, link)).to.deep.equal([4, 6]);
      expect(driver.planGateway(dual, { ...draft, interface: link }, netns, [4, 6])).to.deep.equal(
        [],
      );
    });

    it('goes by way of the gateways that were named', () => {
      const { gateway4: gateway } = draft.interface;
      const route = { destination: 'default', family: 4, gateway, link: 'eth0' };
      expect(host.driver().planGateway(dual, draft, netns, [4])).to.deep.equal([
        { kind: 'route.add', args: { netns, route } },
      ]);
    });

    for (const [what, closed] of [
      ['an internal network', { ...dual, internal: true }],
      ['a network without parent', { ...dual, options: {} }],
    ] as const) {
      it(`leads nowhere from ${what}`, () => {
        expect(host.driver().hasGateway(closed)).to.equal(false);
        expect(host.driver().leadsOut(closed, draft.interface)).to.deep.equal([]);
      });
    }
  });
}
