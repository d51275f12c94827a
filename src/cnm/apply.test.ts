import { expect } from 'chai';
import { messageOf } from '../base/errors.js';
import {
  applyPlan,
  applyPrepared,
  beginUndo,
  describePlan,
  prepare,
  reapply,
  undoPlan,
} from './apply.js';
import { FakeKernel } from './fake-kernel.js';
import { type Plan, step } from './plan.js';

const inside = '/netns/c1';
const forwarding = ['net', 'ipv4', 'ip_forward'];
const binding = { protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 } as const;
const policy = {
  kind: 'network',
  owner: 'e',
  network: {
    id: 'n',
    bridge: 'b',
    internal: false,
    icc: true,
    trustedInterfaces: [],
    families: [],
  },
} as const;

const bridge = step('link.add', {
  netns: 'host',
  link: { kind: 'bridge', name: 'br0', mac: '02:00:00:00:00:01' },
});
const address = step('addr.add', { netns: 'host', link: 'br0', address: '10.0.0.1/24' });
const veth = step('link.add', {
  netns: 'host',
  link: {
    kind: 'veth',
    name: 'veth1',
    bridge: 'br0',
    hairpin: true,
    peer: { name: 'eth0', netns: inside },
  },
});

/** Every kind of step. */
const everything: Plan = [
  bridge,
  address,
  step('link.up', { netns: 'host', name: 'br0' }),
  step('sysctl.set', { netns: 'host', key: forwarding, value: '1' }),
  veth,
  step('addr.add', { netns: inside, link: 'eth0', address: '10.0.0.2/24' }),
  step('route.add', {
    netns: inside,
    route: { destination: 'default', family: 4, gateway: '10.0.0.1', link: 'eth0' },
  }),
  step('firewall.add', { policy }),
  step('port.reserve', { owner: 'e', bindings: [binding] }),
  step('proxy.add', { owner: 'e', forwards: [{ ...binding, containerIp: '10.0.0.2' }] }),
  step('conntrack.flush', {
    addresses: ['10.0.0.2'],
    hostPorts: [{ protocol: 'tcp', hostPort: 8080 }],
  }),
];

function newKernel(gate?: (change: string) => void): FakeKernel {
  const kernel = new FakeKernel(gate);
  kernel.addNetns(inside);
  return kernel;
}

describe('plans', () => {
  it('prepares without changing anything', () => {
    const changes: string[] = [];
    const kernel = newKernel((change) => changes.push(change));
    prepare(everything, kernel);
    expect(changes).to.deep.equal([]);
  });

  it('undoes everything, also from stored JSON', async () => {
    const kernel = newKernel();
    const before = kernel.state();
    const applied = applyPlan(everything, kernel);
    expect(kernel.state()).to.not.deep.equal(before);
    await undoPlan(JSON.parse(JSON.stringify(applied)), kernel, 'now');
    expect(kernel.state()).to.deep.equal(before);
  });

  it('undoes what was applied when a step fails, whichever, and says which', () => {
    let calls = 0;
    applyPlan(
      everything,
      newKernel(() => void calls++),
    );
    for (let k = 1; k <= calls; k++) {
      let at = 0;
      const kernel = newKernel((change) => {
        if (++at === k) throw new Error(`no ${change}`);
      });
      const before = kernel.state();
      expect(() => applyPlan(everything, kernel), `call ${k}`).to.throw();
      expect(kernel.state(), `call ${k}`).to.deep.equal(before);
    }
  });

  it('names the step in the error, but lets port conflicts speak for themselves', () => {
    const failing = new FakeKernel((change) => {
      throw new Error(`refused ${change}`);
    });
    expect(thrown(() => applyPlan([bridge], failing))).to.equal(
      'cannot create bridge br0: refused addLink br0',
    );
    const kernel = newKernel();
    kernel.ports.hold('other', [binding]);
    const reserve = step('port.reserve', { owner: 'e', bindings: [binding] });
    expect(thrown(() => applyPlan([reserve], kernel))).to.equal(
      'Bind for 0.0.0.0:8080 failed: port is already allocated',
    );
  });

  it('goes on undoing after failures, reports them all, and takes what is gone for done', async () => {
    let broken = false;
    const kernel = newKernel((change) => {
      if (broken && /sysctl|firewall/.test(change)) throw new Error('no');
    });
    const applied = applyPlan(everything, kernel);
    kernel.links('host').destroy('veth1');
    broken = true;
    const error = await undoPlan(applied, kernel, 'now').catch(messageOf);
    expect(error).to.equal(
      'cannot undo "install firewall rules of e": no; cannot undo "set sysctl net/ipv4/ip_forward to 1": no',
    );
    expect(kernel.links('host').link('br0')).to.equal(undefined);
  });

  it('leaves a bridge, an address and a setting that were there before', async () => {
    const kernel = newKernel();
    const links = kernel.links('host');
    links.addLink({ kind: 'bridge', name: 'br0', mac: '02:00:00:00:00:99' });
    links.addAddress('br0', '10.0.0.1/24');
    kernel.sysctls('host').write(forwarding, '1');
    const before = kernel.state();
    await undoPlan(
      applyPlan(everything.slice(0, 2).concat(everything.slice(3)), kernel),
      kernel,
      'now',
    );
    expect(kernel.state()).to.deep.equal(before);
  });

  it('does not take another kind of device for its bridge', () => {
    const kernel = newKernel();
    kernel.links('host').addLink({ kind: 'dummy', name: 'br0' });
    expect(() => prepare([bridge], kernel)).to.throw(
      'cannot create bridge br0: a dummy device of that name exists',
    );
  });

  it('keeps settings that someone else has changed since', async () => {
    const kernel = newKernel();
    const sysctls = kernel.sysctls('host');
    const key = ['net', 'ipv4', 'conf', 'all', 'x'];
    const plan = [
      step('sysctl.set', { netns: 'host', key: forwarding, value: '1' }),
      step('sysctl.set', { netns: 'host', key, value: '1' }),
    ];
    const applied = applyPlan(plan, kernel);
    sysctls.write(key, '2');
    await undoPlan(applied, kernel, 'now');
    expect([sysctls.read(forwarding), sysctls.read(key)]).to.deep.equal(['0', '2']);
  });

  it('passes over a setting that the kernel does not have, if it may', () => {
    const kernel = newKernel();
    kernel.absentSysctls.add('net/ipv6/x');
    const set = (ifPresent: boolean) =>
      step('sysctl.set', { netns: 'host', key: ['net', 'ipv6', 'x'], value: '1', ifPresent });
    applyPlan([set(true)], kernel);
    expect(() => applyPlan([set(false)], kernel)).to.throw('cannot set sysctl net/ipv6/x to 1');
  });

  it('lazily cuts the veth off and leaves the inside to its end', async () => {
    const changes: string[] = [];
    const kernel = newKernel((change) => changes.push(change));
    const applied = applyPlan(everything.slice(4), kernelWithBridge(kernel));
    changes.splice(0);
    const { finished } = beginUndo(applied, kernel, 'lazily');
    expect(changes).to.deep.equal([
      'conntrack address',
      'conntrack port',
      'proxy stop',
      'ports release',
      'firewall remove',
      'setLink veth1',
    ]);
    await finished;
    const [, port] = (kernel.links('host').state() as { links: { portState?: string }[] }).links
      .filter((link) => 'master' in link || link.portState)
      .concat([{}]);
    expect(port).to.deep.equal({});
    kernel.removeNetns(inside);
    expect(kernel.links('host').link('veth1')).to.equal(undefined);
  });

  it('undoes a prepared plan of which nothing was applied', async () => {
    const kernel = newKernel();
    const before = kernel.state();
    await undoPlan(prepare(everything, kernel), kernel, 'now');
    expect(kernel.state()).to.deep.equal(before);
  });

  it('makes sure of an applied plan: what is missing is made, what is there stays', async () => {
    const kernel = newKernel();
    const before = kernel.state();
    const applied = applyPlan(everything, kernel);
    const done = kernel.state();
    reapply(applied, kernel);
    expect(kernel.state()).to.deep.equal(done);
    kernel.links('host').deleteAddress('br0', '10.0.0.1/24');
    reapply(applied, kernel);
    expect(kernel.state()).to.deep.equal(done);
    // Still ours, so still ours to remove.
    await undoPlan(applied, kernel, 'now');
    expect(kernel.state()).to.deep.equal(before);
  });

  it('can be read aloud', () => {
    expect(describePlan(everything)).to.deep.equal([
      'create bridge br0',
      'add address 10.0.0.1/24 to br0',
      'set br0 up',
      'set sysctl net/ipv4/ip_forward to 1',
      'create veth veth1',
      'add address 10.0.0.2/24 to eth0',
      'add route to default',
      'install firewall rules of e',
      'reserve ports of e',
      'serve ports of e by the proxy',
      'forget tracked connections',
    ]);
  });

  it('applies a prepared plan with the memory of its preparation', async () => {
    const kernel = newKernel();
    const prepared = prepare([bridge], kernel);
    applyPrepared(prepared, kernel);
    await undoPlan(prepared, kernel, 'now');
    expect(kernel.links('host').link('br0')).to.equal(undefined);
  });
});

function kernelWithBridge(kernel: FakeKernel): FakeKernel {
  applyPlan([bridge, address], kernel);
  return kernel;
}

function thrown(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return messageOf(error);
  }
  return 'nothing';
}
