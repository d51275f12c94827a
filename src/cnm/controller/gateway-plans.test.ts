import { expect } from 'chai';
import { step } from '../plan.js';
import { fakeDriver } from './fake-driver.js';
import { FakeWorld, networkRequest, sandboxRequest } from './fake-world.js';

/** Networks on a wire without a gateway address; they lead out by way of the device, unless they are internal. */
const wire = fakeDriver('wire', {
  onParentWire: true,
  publishesPorts: false,
  planNetwork: () => [],
  planEndpoint: (_network, { interface: { name } }, netns) => [
    step('link.add', { netns, link: { kind: 'macvlan', name, parent: 'uplink', mode: 'bridge' } }),
  ],
  leadsOut: (network) => (network.internal ? [] : [4]),
  planGateway: (_network, { interface: { name } }, netns, families) =>
    families.map((family) =>
      step('route.add', { netns, route: { destination: 'default', family, link: name } }),
    ),
});
const box = 'box'.padEnd(64, '0');

async function opened(networks: Parameters<typeof sandboxRequest>[1], internal = false) {
  const world = new FakeWorld([wire]);
  world.kernel.links('host').addLink({ kind: 'dummy', name: 'uplink' });
  const controller = await world.start();
  await controller.createNetwork(networkRequest('aa', { driver: 'wire', internal }));
  await controller.openSandbox(sandboxRequest('box', networks));
  const [path = ''] = world.kernel.netnsPaths;
  const routes = () =>
    world.kernel
      .links(path)
      .routes()
      .map(({ destination, gateway = 'device' }) => `${destination} ${gateway}`);
  return { world, controller, routes };
}

describe('a gateway without an address', () => {
  it('leads out, also to the name servers of the host', async () => {
    const { world, routes } = await opened(['aa']);
    expect(routes()).to.deep.equal(['default device']);
    expect(world.served.get(box)?.hasGateway).to.equal(true);
  });

  it('is none where the driver says so', async () => {
    const { world, routes } = await opened(['aa'], true);
    expect(routes()).to.deep.equal([]);
    expect(world.served.get(box)?.hasGateway).to.equal(false);
  });

  it('is chosen like any other, and its route goes with it', async () => {
    const { controller, routes } = await opened(['aa', 'bridge']);
    expect(routes()).to.deep.equal(['default device']);
    await controller.disconnect(box, 'aa');
    expect(routes()).to.deep.equal(['default 172.17.0.1']);
  });
});
