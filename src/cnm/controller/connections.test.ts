import { expect } from 'chai';
import type { Controller } from './controller.js';
import { attachment, networkRequest, publish80, sandboxRequest } from './fake-world.js';
import { refusal, started } from './trying.js';

const box = 'box'.padEnd(64, '0');

describe('connect and disconnect', () => {
  async function running(networks: readonly string[], port = 8080) {
    const { world, controller } = await started();
    await controller.createNetwork(networkRequest('web'));
    await controller.createNetwork(networkRequest('web6', { enableIPv4: false, enableIPv6: true }));
    await controller.openSandbox(sandboxRequest('box', networks, { ports: [publish80(port)] }));
    return { world, controller };
  }

  const publishers = (controller: Controller) =>
    controller
      .sandbox(box)
      ?.endpoints.map(({ bindings }) =>
        bindings.map(({ hostIp, hostPort }) => `${hostIp}:${hostPort}`).join(' '),
      );

  it('moves default route and ports to the better gateway, and back', async () => {
    const { world, controller } = await running(['bridge']);
    const before = world.state();
    await controller.connect(box, attachment('web', 1));
    expect(publishers(controller)).to.deep.equal(['', '0.0.0.0:8080 :::8080']);
    const [route] = world.kernel.links('/netns/box000000000').routes();
    expect(route?.gateway).to.equal('172.18.0.1');
    expect([...world.served.keys()], 'the first network that resolves').to.deep.equal([box]);
    await controller.disconnect(box, 'web');
    expect(world.state()).to.deep.equal(before);
    expect(world.events.slice(3)).to.deep.equal(['connect web box', 'disconnect web box']);
  });

  it('keeps a port that was chosen for it', async () => {
    const { controller } = await running(['bridge'], 0);
    const [chosen] = publishers(controller) ?? [];
    await controller.connect(box, attachment('web', 1));
    expect(publishers(controller)).to.deep.equal(['', chosen]);
  });

  it('publishes each family through its own gateway, on one port', async () => {
    const { world, controller } = await running(['web']);
    await controller.connect(box, attachment('web6'));
    expect(publishers(controller)).to.deep.equal(['0.0.0.0:8080', ':::8080']);
    expect(world.kernel.links('/netns/box000000000').routes()).to.have.length(2);
    await controller.disconnect(box, 'web');
    expect(publishers(controller)).to.deep.equal([':::8080']);
    await controller.closeSandbox(box);
    expect(world.kernel.state().ports).to.deep.equal({});
  });

  it("refuses what can't be", async () => {
    const { world, controller } = await running(['bridge']);
    const before = world.state();
    const connect = (network: string) => refusal(controller.connect(box, attachment(network)));
    expect(await connect('bridge')).to.equal(
      'Forbidden: endpoint with name box already exists in network bridge',
    );
    expect(await connect('host')).to.match(/^InvalidParameter: cannot connect container to host/);
    expect(await connect('none')).to.match(/^InvalidParameter: .*private \(none\) mode$/);
    expect(await connect('nope')).to.equal('NotFound: network nope not found');
    expect(await refusal(controller.disconnect(box, 'web'))).to.equal(
      `System: container ${box} is not connected to network web`,
    );
    expect(world.state()).to.deep.equal(before);
  });

  it("disconnects though the new way out can't be had, and is without one", async () => {
    const { world, controller } = await running(['bridge', 'web']);
    world.failOn = /^addRoute/;
    await controller.disconnect(box, 'bridge');
    expect(publishers(controller)).to.deep.equal(['']);
    expect(world.kernel.state().ports).to.deep.equal({});
    expect(world.kernel.links('/netns/box000000000').routes()).to.deep.equal([]);
    world.failOn = undefined;
    await controller.connect(box, attachment('bridge', 1));
    expect(publishers(controller)).to.deep.equal(['', '0.0.0.0:8080 :::8080']);
  });

  it('follows a new name', async () => {
    const { world, controller } = await running(['web']);
    await controller.renameSandbox(box, 'crate');
    expect([...world.names.values()]).to.deep.equal([['crate', 'box000000000', 'box']]);
    const again = await world.start([box]);
    expect(again.sandbox(box)?.containerName).to.equal('crate');
  });
});
