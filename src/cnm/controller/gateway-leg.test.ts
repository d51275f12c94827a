import { expect } from 'chai';
import type { Controller } from './controller.js';
import { fakeDriver } from './fake-driver.js';
import { attachment, FakeWorld, networkRequest, sandboxRequest } from './fake-world.js';

const box = 'box'.padEnd(64, '0');
const netns = '/netns/box000000000';

/** A driver that leads nowhere, as one of overlays. */
const leadless = () =>
  fakeDriver('leadless', { hasGateway: () => false, needsGatewayNetwork: () => true });

/** The networks of the sandbox, in order. */
function networksOf(controller: Controller): string[] {
  const names = new Map(controller.networks().map(({ id, name }) => [id, name]));
  return (controller.sandbox(box)?.endpoints ?? []).map(
    ({ networkId }) => names.get(networkId) ?? '',
  );
}

function wayOut(world: FakeWorld): string | undefined {
  const links = world.kernel.links(netns);
  const [route] = links.routes();
  return links.links().find(({ index }) => index === route?.linkIndex)?.name;
}

describe('legs on the gateway network', () => {
  async function overlaid(networks: readonly string[]) {
    const world = new FakeWorld([leadless()]);
    const controller = await world.start();
    for (const name of ['far', 'further'])
      await controller.createNetwork(networkRequest(name, { driver: 'leadless' }));
    const inside = { driver: 'leadless', internal: true };
    await controller.createNetwork(networkRequest('inside', inside));
    await controller.openSandbox(sandboxRequest('box', networks));
    return { world, controller };
  }

  it('are made where the only network leads nowhere, and the network on first need', async () => {
    const { world, controller } = await overlaid(['far']);
    expect(networksOf(controller)).to.deep.equal(['far', 'docker_gwbridge']);
    const [, leg] = controller.sandbox(box)?.endpoints ?? [];
    expect([leg?.name, leg?.dnsNames]).to.deep.equal(['gateway_box000000000', []]);
    expect(wayOut(world)).to.equal('eth1');
    expect(controller.network('docker_gwbridge').options).to.include({
      'com.docker.network.bridge.enable_icc': 'false',
    });
    expect(world.events.filter((event) => event.startsWith('connect'))).to.deep.equal([
      'connect far box',
    ]);
    await controller.closeSandbox(box);
    expect(controller.endpointsOn(controller.network('docker_gwbridge').id)).to.deep.equal([]);
  });

  for (const [networks, wanted] of [
    [['far', 'further'], true],
    [['far', 'inside'], true],
    [['inside'], false],
    [['far', 'bridge'], false],
    [['bridge'], false],
  ] as const) {
    it(`${networks.join(' and ')}: ${wanted ? 'one' : 'none'}`, async () => {
      const { controller } = await overlaid(networks);
      expect(networksOf(controller).includes('docker_gwbridge')).to.equal(wanted);
    });
  }

  it('go when another network leads out, and come again', async () => {
    const { world, controller } = await overlaid(['far']);
    await controller.connect(box, attachment('bridge'));
    expect(networksOf(controller)).to.deep.equal(['far', 'bridge']);
    expect(wayOut(world)).to.equal('eth2');
    await controller.disconnect(box, 'bridge');
    expect(networksOf(controller)).to.deep.equal(['far', 'docker_gwbridge']);
    expect(world.kernel.links(netns).routes()).to.have.length(1);
    await controller.shutdown();
    expect(world.state().sandboxes[0]?.pending).to.deep.equal([]);
    await controller.disconnect(box, 'far');
    expect(networksOf(controller)).to.deep.equal([]);
    expect(wayOut(world)).to.equal(undefined);
  });

  it('come with a connect to a network that needs one', async () => {
    const { controller } = await overlaid([]);
    await controller.connect(box, attachment('far'));
    expect(networksOf(controller)).to.deep.equal(['far', 'docker_gwbridge']);
  });

  it('leave everything as it was when the connect fails', async () => {
    const { world, controller } = await overlaid(['far']);
    const before = world.state();
    for (let k = 1; k < 60; k++) {
      world.failAt = world.calls + k;
      const failed = await controller.connect(box, attachment('bridge')).then(
        () => false,
        () => true,
      );
      world.failAt = 0;
      await controller.shutdown();
      if (!failed) return;
      world.names.clear();
      expect({ ...world.state(), names: [], served: [] }, `call ${k}`).to.deep.equal({
        ...before,
        names: [],
        served: [],
      });
    }
    expect.fail('it never succeeded');
  });

  it('are lost rather than a disconnect', async () => {
    const { world, controller } = await overlaid(['far', 'bridge']);
    world.failOn = /^addLink/;
    await controller.disconnect(box, 'bridge');
    world.failOn = undefined;
    expect(networksOf(controller)).to.deep.equal(['far']);
  });
});
