import { expect } from 'chai';
import { step } from '../plan.js';
import { fakeDriver } from './fake-driver.js';
import { FakeWorld, networkRequest } from './fake-world.js';

/** A driver whose networks all have the same VLAN sub-interface. */
const tagged = fakeDriver('tagged', {
  onParentWire: true,
  planNetwork: () => [
    step('link.add', {
      netns: 'host',
      link: { kind: 'vlan', name: 'eth0.10', parent: 'eth0', id: 10 },
    }),
  ],
});
const request = (name: string) => networkRequest(name, { driver: 'tagged' });

async function withParent({ vlan = false } = {}) {
  const world = new FakeWorld([tagged]);
  const links = world.kernel.links('host');
  links.addLink({ kind: 'dummy', name: 'eth0' });
  if (vlan) links.addLink({ kind: 'vlan', name: 'eth0.10', parent: 'eth0', id: 10 });
  const stands = () => links.link('eth0.10') !== undefined;
  return { world, controller: await world.start(), stands };
}

describe('a VLAN sub-interface of several networks', () => {
  const orders = [
    ['aa', 'bb', 'cc'],
    ['cc', 'bb', 'aa'],
    ['bb', 'aa', 'cc'],
  ] as const;
  for (const order of orders) {
    it(`goes with the last of them: ${order.join(', ')}`, async () => {
      const { controller, stands } = await withParent();
      for (const name of ['aa', 'bb', 'cc']) await controller.createNetwork(request(name));
      const seen: boolean[] = [];
      for (const name of order) {
        await controller.removeNetwork(name);
        seen.push(stands());
      }
      expect(seen).to.deep.equal([true, true, false]);
    });
  }

  it('stays for ever if it stood there before', async () => {
    const { controller, stands } = await withParent({ vlan: true });
    for (const name of ['aa', 'bb']) await controller.createNetwork(request(name));
    for (const name of ['aa', 'bb']) await controller.removeNetwork(name);
    expect(stands()).to.equal(true);
  });

  it('is remembered over a restart', async () => {
    const { world, controller, stands } = await withParent();
    for (const name of ['aa', 'bb']) await controller.createNetwork(request(name));
    await controller.removeNetwork('aa');
    const again = await world.start();
    expect(stands()).to.equal(true);
    await again.removeNetwork('bb');
    expect(stands()).to.equal(false);
  });

  it('has an owner and a user left wherever the daemon is killed while the owner goes', async () => {
    const calls = await callsOfRemoval();
    for (let k = 1; k <= calls; k++) {
      const { world, controller, stands } = await withParent();
      for (const name of ['aa', 'bb']) await controller.createNetwork(request(name));
      world.dieAt = world.calls + k;
      await controller.removeNetwork('aa').catch(() => {});
      const again = await world.start();
      expect(stands(), `call ${k}`).to.equal(true);
      for (const { name } of again.networks().filter(({ driver }) => driver === 'tagged'))
        await again.removeNetwork(name);
      expect(stands(), `call ${k}, in the end`).to.equal(false);
    }
  });
});

async function callsOfRemoval(): Promise<number> {
  const { world, controller } = await withParent();
  for (const name of ['aa', 'bb']) await controller.createNetwork(request(name));
  const start = world.calls;
  await controller.removeNetwork('aa');
  return world.calls - start;
}
