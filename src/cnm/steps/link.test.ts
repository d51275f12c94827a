import { expect } from 'chai';
import { messageOf } from '../../base/errors.js';
import { applyPlan, beginUndo, reapply, undoPlan } from '../apply.js';
import { FakeKernel } from '../fake-kernel.js';
import { lacks } from '../kernel-features.js';
import { step } from '../plan.js';

const inside = '/netns/c1';
const macvlan = step('link.add', {
  netns: inside,
  link: {
    kind: 'macvlan',
    name: 'eth0',
    parent: 'eth0',
    mode: 'bridge',
    mac: '02:00:00:00:00:05',
  },
});
const vlan = step('link.add', {
  netns: 'host',
  link: { kind: 'vlan', name: 'eth0.10', parent: 'eth0', id: 10 },
});

function kernelWithParent(gate?: (change: string) => void): FakeKernel {
  const kernel = new FakeKernel(gate);
  kernel.addNetns(inside);
  kernel.links('host').addLink({ kind: 'dummy', name: 'eth0', mtu: 1400 });
  return kernel;
}

describe('links on a parent', () => {
  it('are born in the sandbox, though the parent has the same name on the host', () => {
    const kernel = kernelWithParent();
    applyPlan([macvlan], kernel);
    const link = kernel.links(inside).link('eth0');
    expect(link).to.include({ kind: 'macvlan', mac: '02:00:00:00:00:05', mtu: 1400 });
    expect(kernel.links('host').link('eth0')?.kind).to.equal('dummy');
  });

  for (const mode of ['now', 'lazily'] as const) {
    it(`are deleted when undone ${mode}: they occupy the parent until then`, async () => {
      const kernel = kernelWithParent();
      const before = kernel.state();
      await undoPlan(applyPlan([macvlan], kernel), kernel, mode);
      expect(kernel.state()).to.deep.equal(before);
    });
  }

  it('count as undone where the namespace is gone', async () => {
    const kernel = kernelWithParent();
    const applied = applyPlan([macvlan], kernel);
    kernel.removeNetns(inside);
    await beginUndo(applied, kernel, 'lazily').finished;
    await beginUndo(applied, kernel, 'now').finished;
  });

  it('are made sure of in the sandbox, not on the host', () => {
    const kernel = kernelWithParent();
    const applied = applyPlan([macvlan], kernel);
    const done = kernel.state();
    reapply(applied, kernel);
    expect(kernel.state()).to.deep.equal(done);
    kernel.links(inside).destroy('eth0');
    reapply(applied, kernel);
    expect(kernel.links(inside).link('eth0')?.kind).to.equal('macvlan');
  });

  it('are made even if a crash has left one without its name', () => {
    const kernel = kernelWithParent();
    const netnsFd = kernel.netnsFd(inside);
    const half = { kind: 'macvlan', name: 'new-eth0', parent: 'eth0', mode: 'bridge' } as const;
    kernel.links('host').addLink({ ...half, netnsFd });
    applyPlan([macvlan], kernel);
    const names = kernel
      .links(inside)
      .links()
      .map(({ name }) => name);
    expect(names).to.deep.equal(['lo', 'eth0']);
  });

  it('are gone again if they can not be given their name', () => {
    let broken = false;
    const kernel = kernelWithParent((change) => {
      if (broken && change.startsWith('setLink')) throw new Error('no');
    });
    const before = kernel.state();
    broken = true;
    expect(thrown(() => applyPlan([macvlan], kernel))).to.contain('cannot create macvlan eth0');
    expect(kernel.state()).to.deep.equal(before);
  });

  it('need the parent', () => {
    const kernel = kernelWithParent();
    kernel.links('host').destroy('eth0');
    expect(thrown(() => applyPlan([macvlan], kernel))).to.match(
      /^cannot create macvlan eth0 on eth0: eth0: ENODEV/,
    );
  });
});

describe('VLAN sub-interfaces', () => {
  it('are up at once, and removed with what planned them', async () => {
    const kernel = kernelWithParent();
    const before = kernel.state();
    const applied = applyPlan([vlan], kernel);
    expect(kernel.links('host').link('eth0.10')).to.include({ kind: 'vlan', up: true });
    await undoPlan(applied, kernel, 'now');
    expect(kernel.state()).to.deep.equal(before);
  });

  it('that stood there before stay, whatever kind they are', async () => {
    const kernel = kernelWithParent();
    kernel.links('host').addLink({ kind: 'dummy', name: 'eth0.10' });
    const before = kernel.state();
    await undoPlan(applyPlan([vlan], kernel), kernel, 'now');
    expect(kernel.state()).to.deep.equal(before);
  });
});

describe('a kernel without a kind of link', () => {
  it('is told apart from one that has it, without making anything', () => {
    const kernel = kernelWithParent();
    const before = kernel.state();
    for (const kind of ['macvlan', 'ipvlan', 'dummy'] as const)
      expect(lacks(kind, kernel.links('host'))).to.equal(undefined);
    expect(kernel.state()).to.deep.equal(before);
  });

  const cases = [
    ['macvlan', 'macvlan', 'CONFIG_MACVLAN'],
    ['ipvlan', 'ipvlan', 'CONFIG_IPVLAN'],
    ['dummy', 'dummy', 'CONFIG_DUMMY'],
  ] as const;
  for (const [kind, module, option] of cases) {
    it(`${kind}: says what to load`, () => {
      const kernel = kernelWithParent();
      kernel.absentKinds.add(kind);
      expect(messageOf(lacks(kind, kernel.links('host')))).to.equal(
        `the kernel of this host has no ${kind} links: load its module ${module} (modprobe ${module}), or use a kernel with ${option} (probe: EOPNOTSUPP)`,
      );
    });
  }

  it('vlan: says it when the plan is applied, and leaves nothing', () => {
    const kernel = kernelWithParent();
    kernel.absentKinds.add('vlan');
    const before = kernel.state();
    expect(thrown(() => applyPlan([vlan], kernel))).to.contain(
      'cannot create vlan eth0.10: the kernel of this host has no vlan links: load its module 8021q',
    );
    expect(kernel.state()).to.deep.equal(before);
  });
});

function thrown(work: () => unknown): string {
  try {
    work();
    return 'nothing';
  } catch (error) {
    return messageOf(error);
  }
}
