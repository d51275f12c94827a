import { expect } from 'chai';
import { expectGolden } from '../../../netns-tests/world/golden.js';
import {
  endpointDraft,
  networkRecord,
  subnet4,
  subnet6,
} from '../../../netns-tests/world/records.js';
import { countingIds } from '../../base/ids.js';
import { endpointLabel } from '../../cnm/endpoint-options.js';
import { fragmentsOf } from '../../cnm/firewall/nftables/fragments.js';
import type { PortBinding } from '../../cnm/model.js';
import type { Plan, StepKind } from '../../cnm/plan.js';
import { BridgeDriver } from './driver.js';
import { networkLabel } from './labels.js';

const netns = '/run/netns/c1';
const tcp80: PortBinding = {
  protocol: 'tcp',
  containerPort: 80,
  hostIp: '0.0.0.0',
  hostPort: 8080,
};

/** A driver on a host whose br_netfilter filters frames of these families. */
function driver({ filteredFrames = '0' } = {}): BridgeDriver {
  return new BridgeDriver({
    ids: countingIds(),
    sysctls: { read: () => filteredFrames },
    forwarding: { enable: true, forOthers: false },
  });
}

function golden(name: string, plan: Plan): void {
  expectGolden(`src/drivers/bridge/golden/${name}.golden`, `${JSON.stringify(plan, null, 2)}\n`);
}

function kinds(plan: Plan): StepKind[] {
  return plan.map(({ kind }) => kind);
}

/** Sysctls that a plan sets, as `conf/eth0/disable_ipv6=1`. */
function sysctls(plan: Plan): string[] {
  return plan.flatMap((step) =>
    step.kind === 'sysctl.set' ? [`${step.args.key.slice(1).join('/')}=${step.args.value}`] : [],
  );
}

/** The keys that the plan's policies add to a set of the nftables backend. */
function elements(plan: Plan, set: string): string[] {
  const settings = { userlandProxy: true, allowDirectRouting: false };
  return plan.flatMap((step) =>
    step.kind === 'firewall.add'
      ? fragmentsOf(step.args.policy, settings).flatMap((fragment) =>
          fragment.elements.filter((element) => element.set === set).map(({ key }) => key),
        )
      : [],
  );
}

const dual = networkRecord({ subnets: [subnet4(), subnet6()] });

describe('plan of a bridge network', () => {
  it('dual-stack', () => {
    golden('network-dual-stack', driver().planNetwork(dual));
  });

  it('with options', () => {
    const options = {
      [networkLabel.bridgeName]: 'br-lab',
      [networkLabel.mtu]: '1400',
      [networkLabel.icc]: 'false',
      [networkLabel.snat4]: '192.0.2.7',
    };
    golden('network-options', driver().planNetwork(networkRecord({ options })));
  });

  it('internal: no forwarding, no translation', () => {
    golden('network-internal', driver().planNetwork(networkRecord({ internal: true })));
  });

  it('isolated: the host has no address there', () => {
    const options = {
      [networkLabel.gatewayMode4]: 'isolated',
      [networkLabel.gatewayMode6]: 'isolated',
    };
    const plan = driver().planNetwork({ ...dual, internal: true, options });
    expect(kinds(plan)).not.to.include('addr.add');
    expect(sysctls(plan)).to.include('ipv6/conf/br-a1b2c3d4e5f6/disable_ipv6=1');
  });

  it('inhibits the IPv4 gateway only', () => {
    const options = { [networkLabel.inhibitIPv4]: 'true' };
    const plan = driver().planNetwork({ ...dual, options });
    const added = plan.filter(({ kind }) => kind === 'addr.add').map(({ args }) => args);
    expect(added).to.deep.equal([
      { netns: 'host', link: 'br-a1b2c3d4e5f6', address: 'fd00:30::1/64' },
    ]);
  });
});

describe('plan of a bridge endpoint', () => {
  it('dual-stack', () => {
    golden('endpoint-dual-stack', driver().planEndpoint(dual, endpointDraft(dual), netns));
  });

  it('on a host that filters frames', () => {
    const network = networkRecord({ options: { [networkLabel.icc]: 'false' } });
    const plan = driver({ filteredFrames: '1' }).planEndpoint(
      network,
      endpointDraft(network),
      netns,
    );
    golden('endpoint-filtered-frames', plan);
  });

  it('without IPv6 has it off before the link is up', () => {
    const network = networkRecord();
    const plan = driver().planEndpoint(network, endpointDraft(network), netns);
    const off = plan.findIndex(
      (step) =>
        step.kind === 'sysctl.set' &&
        step.args.netns === netns &&
        step.args.key.includes('disable_ipv6') &&
        step.args.value === '1',
    );
    const up = plan.findIndex((step) => step.kind === 'link.up' && step.args.netns === netns);
    expect(off).to.be.within(0, up);
  });

  it('gets no IPv6 address if its own settings switch IPv6 off', () => {
    const sysctl = 'net.ipv6.conf.IFNAME.disable_ipv6=1';
    const draft = endpointDraft(dual, 2, { driverOptions: { [endpointLabel.sysctls]: sysctl } });
    const plan = driver().planEndpoint(dual, draft, netns);
    expect(JSON.stringify(plan)).not.to.contain('fd00:30::2');
    expect(driver().planGateway(dual, draft, netns)).to.have.length(1);
  });

  it('is quiet if asked to be', () => {
    const driverOptions = { [endpointLabel.advertiseCount]: '0' };
    const plan = driver().planEndpoint(dual, endpointDraft(dual, 2, { driverOptions }), netns);
    expect(sysctls(plan).join()).not.to.contain('notify');
  });

  it('separates neighbours in the bridge where frames are not filtered', () => {
    const network = networkRecord({ options: { [networkLabel.icc]: 'false' } });
    const draft = endpointDraft(network);
    const separated = (filteredFrames: string) =>
      elements(driver({ filteredFrames }).planEndpoint(network, draft, netns), 'separated');
    expect(separated('0')).to.deep.equal([`"${draft.interface.hostName}"`]);
    expect(separated('1')).to.deep.equal([]);
  });

  it('may be addressed directly from trusted interfaces', () => {
    const options = { [networkLabel.trustedHostInterfaces]: 'eth1' };
    const network = networkRecord({ options });
    const plan = driver().planEndpoint(network, endpointDraft(network), netns);
    expect(elements(plan, 'direct')).to.deep.equal([
      '172.30.0.2 . "br-a1b2c3d4e5f6"',
      '172.30.0.2 . "eth1"',
    ]);
  });

  for (const mode of ['nat-unprotected', 'routed']) {
    it(`may be addressed directly in mode ${mode}`, () => {
      const network = networkRecord({ options: { [networkLabel.gatewayMode4]: mode } });
      const plan = driver().planEndpoint(network, endpointDraft(network), netns);
      expect(elements(plan, 'containers')).to.deep.equal([]);
    });
  }
});

describe('plan of the gateway', () => {
  it('has a default route for each family', () => {
    golden('gateway-dual-stack', driver().planGateway(dual, endpointDraft(dual), netns));
  });

  it('makes a gateway outside the subnet known first', () => {
    const network = networkRecord();
    const draft = endpointDraft(network, 2, { interface: { gateway4: '10.9.9.9' } });
    const plan = driver().planGateway(network, draft, netns);
    expect(plan.map(({ args }) => 'route' in args && args.route.destination)).to.deep.equal([
      '10.9.9.9/32',
      'default',
    ]);
  });

  it('is empty on an internal network', () => {
    const network = networkRecord({ internal: true });
    expect(driver().planGateway(network, endpointDraft(network), netns)).to.deep.equal([]);
  });
});

describe('plan of published ports', () => {
  const loopback: PortBinding = { ...tcp80, hostIp: '127.0.0.1', hostPort: 8081 };
  const ipv6: PortBinding = { ...tcp80, hostIp: '::' };

  it('on every address, on one, and on both families', () => {
    const plan = driver().planPorts(dual, endpointDraft(dual), [tcp80, loopback, ipv6]);
    golden('ports-dual-stack', plan);
  });

  it('forgets UDP flows before and after the rules change', () => {
    const udp: PortBinding = { ...tcp80, protocol: 'udp', hostPort: 5353, containerPort: 53 };
    const plan = driver().planPorts(dual, endpointDraft(dual), [udp, { ...udp, hostIp: '::' }]);
    expect(kinds(plan)).to.deep.equal([
      'port.reserve',
      'conntrack.flush',
      'firewall.add',
      'conntrack.flush',
      'proxy.add',
    ]);
    expect(plan[1]?.args).to.deep.equal({
      addresses: [],
      hostPorts: [{ protocol: 'udp', hostPort: 5353 }],
    });
  });

  it('is empty without ports, and on an internal network', () => {
    const internal = networkRecord({ internal: true });
    expect(driver().planPorts(dual, endpointDraft(dual), [])).to.deep.equal([]);
    expect(driver().planPorts(internal, endpointDraft(internal), [tcp80])).to.deep.equal([]);
  });

  it('leads IPv6 to a container of IPv4 alone by the proxy, but for SCTP', () => {
    const network = networkRecord();
    const sctp: PortBinding = { ...ipv6, protocol: 'sctp' };
    const plan = driver().planPorts(network, endpointDraft(network), [tcp80, ipv6, sctp]);
    const argsOf = (kind: StepKind) => plan.find((one) => one.kind === kind)?.args;
    expect(argsOf('port.reserve')).to.deep.include({ bindings: [tcp80, ipv6] });
    expect(elements(plan, 'publish-any')).to.deep.equal(['tcp . 8080']);
    expect(argsOf('proxy.add')).to.deep.include({
      forwards: [{ ...ipv6, containerIp: '172.30.0.2' }],
    });
  });

  it('leaves out IPv4 where the container has IPv6 alone', () => {
    const network = networkRecord({
      enableIPv4: false,
      enableIPv6: true,
      subnets: dual.subnets.slice(1),
    });
    const draft = endpointDraft(network);
    const { ipv4: _, ...link } = draft.interface;
    const plan = driver().planPorts(network, { ...draft, interface: link }, [tcp80]);
    expect(plan).to.deep.equal([]);
  });

  it('says ranges as ranges', () => {
    const range: PortBinding = { ...tcp80, hostPort: 20_000, containerPort: 30_000, count: 10_000 };
    const plan = driver().planPorts(dual, endpointDraft(dual), [range, { ...range, hostIp: '::' }]);
    const policy = plan.flatMap((one) => (one.kind === 'firewall.add' ? [one.args.policy] : []))[0];
    expect(policy).to.deep.include({
      openings: [
        { family: 4, address: '172.30.0.2', protocol: 'tcp', ports: [30_000, 39_999] },
        { family: 6, address: 'fd00:30::2', protocol: 'tcp', ports: [30_000, 39_999] },
      ],
    });
    expect(JSON.stringify(plan).length).to.be.below(4000);
  });

  it('in routed mode opens the container and takes no port of the host', () => {
    const network = networkRecord({ options: { [networkLabel.gatewayMode4]: 'routed' } });
    expect(driver().opensPorts(network)).to.deep.equal([4]);
    const open = [tcp80, loopback].map((binding) => ({ ...binding, hostPort: 0 }));
    const plan = driver().planPorts(network, endpointDraft(network), open);
    expect(kinds(plan)).to.deep.equal(['firewall.add']);
    expect(elements(plan, 'openings')).to.deep.equal(['172.30.0.2 . tcp . 80']);
    expect(elements(plan, 'publish-any')).to.deep.equal([]);
  });
});
