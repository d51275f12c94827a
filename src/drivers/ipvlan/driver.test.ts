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
import { IpvlanDriver } from './driver.js';

const netns = '/run/netns/c1';
const request: EndpointRequest = { aliases: [], driverOptions: {}, gatewayPriority: 0 };

/** A driver on a host with `eth0`. */
function driver(...absent: LinkSpec['kind'][]): IpvlanDriver {
  const kernel = new FakeKernel();
  kernel.links('host').addLink({ kind: 'dummy', name: 'eth0' });
  for (const kind of absent) kernel.absentKinds.add(kind);
  return new IpvlanDriver({ links: kernel.links('host') });
}

function network(options: Record<string, string>, over: Partial<NetworkRecord> = {}) {
  const subnets = [subnet4(), subnet6()];
  return networkRecord({ driver: 'ipvlan', options, subnets, ...over });
}

function golden(name: string, plan: Plan): void {
  expectGolden(`src/drivers/ipvlan/golden/${name}.golden`, `${JSON.stringify(plan, null, 2)}\n`);
}

/** As drafts of a driver that borrows MACs are. */
function draftOn(on: NetworkRecord) {
  const draft = endpointDraft(on);
  return { ...draft, interface: { ...draft.interface, mac: '' } };
}

const l2 = network({ parent: 'eth0' });
const l3 = network({ parent: 'eth0', ipvlan_mode: 'l3s', ipvlan_flag: 'private' });

describe('ipvlan', () => {
  const refused: readonly [Record<string, string>, string][] = [
    [{ parent: 'lo' }, 'loopback interface is not a valid ipvlan parent link'],
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
      const attempt = () => driver().validateNetwork(network(options), []);
      expect(attempt).to.throw(InvalidParameter, text);
    });
  }

  it('has one network on a parent', () => {
    const wanted = network({ parent: 'eth0' }, { id: 'f'.repeat(64) });
    expect(() => driver().validateNetwork(wanted, [l2])).to.throw(
      Forbidden,
      /^network dm-\w{12} is already using parent interface eth0$/,
    );
    const others = [network({}), network({ parent: 'eth1' }), { ...l2, driver: 'macvlan' }];
    driver().validateNetwork(wanted, others);
  });

  it('says what to load on a kernel without it', () => {
    expect(() => driver('ipvlan').planNetwork(l2)).to.throw(
      System,
      'the kernel of this host has no ipvlan links: load its module ipvlan (modprobe ipvlan)',
    );
  });

  it('plans an endpoint of mode l2', () => {
    golden('endpoint-l2', driver().planEndpoint(l2, draftOn(l2), netns));
  });

  it('plans an endpoint of mode l3s', () => {
    golden('endpoint-l3s', driver().planEndpoint(l3, draftOn(l3), netns));
  });

  it('gives no MAC of its own', () => {
    expect(driver().borrowsMac()).to.equal(true);
    const attempt = () => driver().validateEndpoint(l2, { ...request, mac: '02:00:00:00:00:01' });
    expect(attempt).to.throw(
      InvalidParameter,
      'ipvlan interfaces do not support custom mac address assignment',
    );
  });

  it('leads out by way of the gateway in mode l2', () => {
    golden('gateway-l2', driver().planGateway(l2, draftOn(l2), netns, [4, 6]));
  });

  it('leads out by way of the device in the L3 modes, in the families that it is to', () => {
    const route = (family: 4 | 6) => ({
      kind: 'route.add',
      args: { netns, route: { destination: 'default', family, link: 'eth0' } },
    });
    const plan = (...families: (4 | 6)[]) => driver().planGateway(l3, draftOn(l3), netns, families);
    expect(plan(4, 6)).to.deep.equal([route(4), route(6)]);
    expect(plan(6)).to.deep.equal([route(6)]);
    expect(driver().leadsOut(l3, draftOn(l3).interface)).to.deep.equal([4, 6]);
    expect(driver().leadsOut({ ...l3, internal: true }, draftOn(l3).interface)).to.deep.equal([]);
  });
});
