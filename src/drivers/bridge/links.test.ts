import { expect } from 'chai';
import {
  endpointDraft,
  networkRecord,
  subnet4,
  subnet6,
} from '../../../netns-tests/world/records.js';
import { countingIds } from '../../base/ids.js';
import { BridgeDriver } from './driver.js';
import { networkLabel } from './labels.js';

const driver = new BridgeDriver({
  ids: countingIds(),
  sysctls: { read: () => undefined },
  forwarding: { enable: true, forOthers: false },
});
const apart = networkRecord({
  subnets: [subnet4(), subnet6()],
  options: { [networkLabel.icc]: 'false' },
});
const exposed = [{ protocol: 'tcp', containerPort: 5432 }] as const;

/** What the plan of a link on the network opens. */
function opened(network = apart, ports: readonly (typeof exposed)[number][] = exposed): string[] {
  const ends = { client: endpointDraft(network, 2), server: endpointDraft(network, 3) };
  return driver.planLink(network, ends, ports).map((step) => {
    if (step.kind !== 'firewall.add' || step.args.policy.kind !== 'link') return step.kind;
    const { client, server, ports: open } = step.args.policy;
    const list = open.map(({ protocol, port }) => `${port}/${protocol}`);
    return `${client.address} to ${server.address} ${list}`;
  });
}

describe('links on a bridge', () => {
  it('open the exposed ports of the server in each family', () =>
    expect(opened()).to.deep.equal([
      '172.30.0.2 to 172.30.0.3 5432/tcp',
      'fd00:30::2 to fd00:30::3 5432/tcp',
    ]));

  it('have owners of their own, as each is installed by itself', () => {
    const ends = { client: endpointDraft(apart, 2), server: endpointDraft(apart, 3) };
    const owners = driver
      .planLink(apart, ends, exposed)
      .map((step) => (step.kind === 'firewall.add' ? step.args.policy.owner : ''));
    expect(new Set(owners).size).to.equal(2);
  });

  it('are nothing where containers may talk anyway, or no port is exposed', () => {
    expect(opened(networkRecord())).to.deep.equal([]);
    expect(opened(apart, [])).to.deep.equal([]);
  });

  it('and link-local addresses are put on the interface with the others', () => {
    const draft = endpointDraft(apart, 2, { interface: { linkLocal: ['169.254.8.8/16'] } });
    const addresses = driver
      .planEndpoint(apart, draft, '/netns/c1')
      .flatMap((step) => (step.kind === 'addr.add' ? [step.args.address] : []));
    expect(addresses).to.deep.equal(['172.30.0.2/16', 'fd00:30::2/64', '169.254.8.8/16']);
  });
});
