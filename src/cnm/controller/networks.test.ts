import { expect } from 'chai';
import { networkRequest, sandboxRequest } from './fake-world.js';
import { refusal, refused, started } from './trying.js';

describe('networks', () => {
  it('has the predefined ones from the start, and keeps them', async () => {
    const { world, controller } = await started();
    const names = controller.networks().map(({ name, driver }) => `${name} ${driver}`);
    expect(names).to.deep.equal(['bridge bridge', 'host host', 'none null']);
    expect(controller.network('bridge').subnets).to.deep.include({
      family: 4,
      subnet: '172.17.0.0/16',
      gateway: '172.17.0.1',
      auxAddresses: {},
      fromPool: true,
    });
    const ids = controller.networks().map(({ id }) => id);
    const again = await world.start();
    expect(again.networks().map(({ id }) => id)).to.deep.equal(ids);
  });

  it('finds by id, name and unique prefix, in this order', async () => {
    const { controller } = await started();
    const first = await controller.createNetwork(networkRequest('web'));
    const second = await controller.createNetwork(networkRequest(first.id));
    expect(controller.network('web').id).to.equal(first.id);
    expect(controller.network(first.id).name).to.equal('web');
    expect(controller.network(second.id).name).to.equal(first.id);
    expect(controller.network(second.id.slice(0, 64)).id).to.equal(second.id);
    expect(refused(() => controller.network('nope'))).to.equal('NotFound: network nope not found');
    expect(refused(() => controller.network('0000'))).to.equal(
      'InvalidParameter: network 0000 is ambiguous (5 matches found based on ID prefix)',
    );
  });

  const refusedNames: readonly [string, string][] = [
    ['', 'InvalidParameter: invalid name: name is empty'],
    [' \t', 'InvalidParameter: invalid name: name is empty'],
    ['default', 'Forbidden: operation is not permitted on predefined default network'],
    ['host', 'Forbidden: operation is not permitted on predefined host network'],
    ['web', 'Conflict: network with name web already exists'],
  ];
  for (const [name, expected] of refusedNames) {
    it(`refuses the name ${JSON.stringify(name)}`, async () => {
      const { controller } = await started();
      await controller.createNetwork(networkRequest('web'));
      expect(await refusal(controller.createNetwork(networkRequest(name)))).to.equal(expected);
    });
  }

  for (const name of ['-a', 'a/b', '../..', 'dots.and spaces', 'ünï:cøde', 'a"b\n$(c)']) {
    it(`takes the name ${JSON.stringify(name)}`, async () => {
      const { world, controller } = await started();
      const { id } = await controller.createNetwork(networkRequest(name));
      const again = await world.start();
      expect(again.network(name).id).to.equal(id);
    });
  }

  it('lets only one of two creations of a name through', async () => {
    const { controller } = await started();
    const both = [networkRequest('web'), networkRequest('web')];
    const results = await Promise.all(both.map((one) => refusal(controller.createNetwork(one))));
    expect(results).to.deep.equal(['accepted', 'Conflict: network with name web already exists']);
  });

  it('refuses unknown drivers and second instances', async () => {
    const { controller } = await started();
    const create = (driver: string) =>
      refusal(controller.createNetwork(networkRequest('x', { driver })));
    expect(await create('weave')).to.match(/^NotFound: .*plugin "weave" not found$/);
    expect(await create('host')).to.equal(
      'Forbidden: only one instance of "host" network is allowed',
    );
  });

  it('removes all of a network, and the name can be used at once', async () => {
    const { world, controller } = await started();
    const before = world.state();
    const options = { name: 'mybr' };
    await controller.createNetwork(networkRequest('web', { options }));
    await controller.removeNetwork('web');
    await controller.createNetwork(networkRequest('web', { options }));
    await controller.removeNetwork('web');
    await controller.shutdown();
    expect(world.state()).to.deep.equal(before);
    expect(world.events).to.deep.equal(['create web', 'destroy web', 'create web', 'destroy web']);
  });

  it('does not remove predefined networks and those in use', async () => {
    const { controller } = await started();
    await controller.createNetwork(networkRequest('web'));
    const { endpoints } = await controller.openSandbox(sandboxRequest('box', ['web']));
    expect(await refusal(controller.removeNetwork('bridge'))).to.equal(
      'Forbidden: bridge is a pre-defined network and cannot be removed',
    );
    expect(await refusal(controller.removeNetwork('web'))).to.equal(
      `Forbidden: error while removing network: network web has active endpoints (name:"box" id:"${endpoints[0]?.id.slice(0, 12)}")`,
    );
  });

  it('leaves a bridge that stood there before', async () => {
    const { world, controller } = await started();
    world.kernel.links('host').addLink({ kind: 'bridge', name: 'mine' });
    const before = world.state();
    await controller.createNetwork(networkRequest('web', { options: { name: 'mine' } }));
    const again = await world.start();
    await again.removeNetwork('web');
    await again.shutdown();
    const { kernel } = world.state();
    const links = (state: typeof kernel) =>
      (state.namespaces['host'] as { links: { name: string }[] }).links.map(({ name }) => name);
    expect(links(kernel)).to.deep.equal(links(before.kernel));
  });

  it('removes its own bridge also after a restart', async () => {
    const { world, controller } = await started();
    const before = world.state();
    await controller.createNetwork(networkRequest('web'));
    const again = await world.start();
    await again.removeNetwork('web');
    await again.shutdown();
    expect(world.state()).to.deep.equal(before);
  });
});
