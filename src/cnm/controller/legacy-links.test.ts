import { expect } from 'chai';
import type { Controller } from './controller.js';
import { attachment, type FakeWorld, networkRequest, sandboxRequest } from './fake-world.js';
import { started } from './trying.js';

const id = (name: string) => name.padEnd(64, '0');

const exposed = [{ protocol: 'tcp', containerPort: 5432 }] as const;
const links = [{ sandboxId: id('db'), alias: 'pg' }];

const rules = (world: FakeWorld) =>
  Object.keys(world.kernel.state().firewall).filter((owner) => owner.startsWith('link/'));

const endpointOf = (controller: Controller, name: string) =>
  controller.sandbox(id(name))?.endpoints[0]?.id;

const wanted = (controller: Controller) => [
  `link/${endpointOf(controller, 'web')}/${endpointOf(controller, 'db')}`,
];

describe('legacy links', () => {
  async function linked() {
    const { world, controller } = await started();
    await controller.createNetwork(networkRequest('named'));
    await controller.openSandbox(sandboxRequest('db', ['bridge'], { exposed }));
    await controller.openSandbox(sandboxRequest('web', ['bridge'], { links }));
    return { world, controller };
  }

  it('open the way from the client to the server, and close it with either', async () => {
    for (const name of ['web', 'db']) {
      const { world, controller } = await linked();
      expect(rules(world)).to.deep.equal(wanted(controller));
      await controller.closeSandbox(id(name));
      expect(rules(world), `${name} closed`).to.deep.equal([]);
    }
  });

  it('follow a server that comes back with another address', async () => {
    const { world, controller } = await linked();
    await controller.closeSandbox(id('db'));
    await controller.openSandbox(sandboxRequest('other', ['bridge']));
    await controller.openSandbox(sandboxRequest('db', ['bridge'], { exposed }));
    expect(rules(world)).to.deep.equal(wanted(controller));
    expect(world.relinked.at(-1)).to.equal('172.17.0.4 pg,db');
  });

  it('end with the network that they were on', async () => {
    for (const name of ['web', 'db']) {
      const { world, controller } = await linked();
      await controller.disconnect(id(name), 'bridge');
      expect(rules(world), name).to.deep.equal([]);
      await controller.connect(id(name), attachment('bridge'));
      expect(rules(world), `${name} again`).to.deep.equal(wanted(controller));
    }
  });

  it('end when they are taken back', async () => {
    const { world, controller } = await linked();
    await controller.unlinkSandbox(id('web'), 'other');
    expect(rules(world)).to.deep.equal(wanted(controller));
    await controller.unlinkSandbox(id('web'), 'pg');
    expect(rules(world)).to.deep.equal([]);
  });

  it('are not for networks with names', async () => {
    const { world, controller } = await started();
    await controller.createNetwork(networkRequest('named'));
    await controller.openSandbox(sandboxRequest('db', ['named'], { exposed }));
    await controller.openSandbox(sandboxRequest('web', ['named'], { links }));
    expect(rules(world)).to.deep.equal([]);
  });

  it('outlive the daemon, unless the server died meanwhile', async () => {
    const { world, controller } = await linked();
    const before = wanted(controller);
    await world.start([id('web'), id('db')]);
    expect(rules(world)).to.deep.equal(before);
    await world.start([id('web')]);
    expect(rules(world)).to.deep.equal([]);
  });

  it('leave no rule when the client can not be opened', async () => {
    const { world, controller } = await started();
    await controller.openSandbox(sandboxRequest('db', ['bridge'], { exposed }));
    const before = world.state();
    for (let k = 1; k < 60; k++) {
      world.failAt = world.calls + k;
      const opening = controller.openSandbox(sandboxRequest('web', ['bridge'], { links }));
      const failed = await opening.then(
        () => false,
        () => true,
      );
      world.failAt = 0;
      if (!failed) return;
      expect(world.state(), `call ${k}`).to.deep.equal(before);
    }
    expect.fail('it never succeeded');
  });
});
