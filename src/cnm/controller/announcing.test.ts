import { expect } from 'chai';
import { networkRequest, sandboxRequest } from './fake-world.js';
import { started } from './trying.js';

describe('announcing', () => {
  it('sets the MACs of a new sandbox again, later, and only while they are its own', async () => {
    const { world, controller } = await started();
    const {
      id,
      endpoints,
      netnsPath = '',
    } = await controller.openSandbox(sandboxRequest('box', ['bridge']));
    const [announce = () => {}] = world.postponed;
    const calls = () => {
      const before = world.calls;
      announce();
      return world.calls - before;
    };
    const state = world.state();
    expect(calls()).to.equal(1);
    expect(world.state()).to.deep.equal(state);
    const { name, mac } = endpoints[0]?.interface ?? { name: '', mac: '' };
    world.kernel.links(netnsPath).setLink(name, { mac: '02:00:00:00:00:99' });
    expect(calls(), 'the container has changed it').to.equal(0);
    world.kernel.links(netnsPath).setLink(name, { mac });
    await controller.closeSandbox(id);
    expect(calls(), 'closed').to.equal(0);
  });

  it('does so after a connect as well', async () => {
    const { world, controller } = await started();
    const { id } = await controller.openSandbox(sandboxRequest('box', ['bridge']));
    await controller.createNetwork(networkRequest('web'));
    const before = world.postponed.length;
    await controller.connect(id, {
      network: 'web',
      endpoint: { aliases: [], driverOptions: {}, gatewayPriority: 0 },
    });
    const calls = world.calls;
    world.postponed[before]?.();
    expect(world.calls - calls).to.equal(2);
  });
});
