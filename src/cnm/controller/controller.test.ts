import { expect } from 'chai';
import { kindOf, messageOf } from '../../base/errors.js';
import type { Controller } from './controller.js';
import { attachment, FakeWorld, networkRequest, publish80, sandboxRequest } from './fake-world.js';

const box = 'box'.padEnd(64, '0');

async function started() {
  const world = new FakeWorld();
  const controller = await world.start();
  return { world, controller };
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'accepted',
    (error) => `${kindOf(error)}: ${messageOf(error)}`,
  );
}

function refused(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return `${kindOf(error)}: ${messageOf(error)}`;
  }
}

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
    ['-a', 'InvalidParameter: invalid name: -a: only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'],
    ['a/b', 'InvalidParameter: invalid name: a/b: only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'],
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

describe('sandboxes', () => {
  it('opens with interfaces, addresses, routes, ports and names, and closes without a trace', async () => {
    const { world, controller } = await started();
    await controller.createNetwork(networkRequest('web', { enableIPv6: true }));
    const before = world.state();
    const record = await controller.openSandbox(
      sandboxRequest('box', ['web', 'bridge'], { ports: [publish80(8080)] }),
    );
    const [web, bridge] = record.endpoints;
    expect(record.netnsPath).to.equal('/netns/box000000000');
    expect(web?.interface).to.deep.include({
      name: 'eth0',
      ipv4: '172.18.0.2/16',
      gateway4: '172.18.0.1',
    });
    expect(bridge?.interface).to.deep.include({ name: 'eth1', ipv4: '172.17.0.2/16' });
    expect(web?.bindings.map(({ hostIp, hostPort }) => `${hostIp} ${hostPort}`)).to.deep.equal([
      '0.0.0.0 8080',
      ':: 8080',
    ]);
    expect(bridge?.bindings).to.deep.equal([]);
    expect(web?.dnsNames).to.deep.equal(['box', 'box000000000']);
    expect(bridge?.dnsNames).to.deep.equal([]);
    expect(world.kernel.links('/netns/box000000000').routes()).to.have.length(2);
    expect(world.kernel.links('/netns/box000000000').link('lo')?.up).to.equal(true);
    expect([...world.served.keys()]).to.deep.equal([box]);
    expect(controller.endpointsOn(controller.network('web').id)).to.have.length(1);
    await controller.closeSandbox(box);
    await controller.closeSandbox(box);
    expect(world.state()).to.deep.equal(before);
    expect(world.events.slice(1)).to.deep.equal([
      'connect web box',
      'connect bridge box',
      'disconnect web box',
      'disconnect bridge box',
    ]);
  });

  it("tells of a taken port in Docker's words, and opens nothing", async () => {
    const { world, controller } = await started();
    const ports = [publish80(8080)];
    await controller.openSandbox(sandboxRequest('one', ['bridge'], { ports }));
    const before = world.state();
    const error = await refusal(
      controller.openSandbox(sandboxRequest('box', ['bridge'], { ports })),
    );
    expect(error).to.match(
      /^System: driver failed programming external connectivity on endpoint box \([0-9a-f]{64}\): Bind for 0\.0\.0\.0:8080 failed: port is already allocated$/,
    );
    expect(world.state()).to.deep.equal(before);
  });

  it('accepts ports on an internal network and maps none', async () => {
    const { controller } = await started();
    await controller.createNetwork(networkRequest('inner', { internal: true }));
    const { endpoints } = await controller.openSandbox(
      sandboxRequest('box', ['inner'], { ports: [publish80(8080)] }),
    );
    expect(endpoints[0]?.bindings).to.deep.equal([]);
    expect(endpoints[0]?.interface).to.not.have.property('gateway4');
  });

  it('runs on the host, alone with loopback, and in another sandbox', async () => {
    const { world, controller } = await started();
    const host = await controller.openSandbox(
      sandboxRequest('h', ['host'], { kind: { type: 'host' } }),
    );
    const none = await controller.openSandbox(sandboxRequest('n', ['none']));
    const joined = await controller.openSandbox(
      sandboxRequest('j', [], { kind: { type: 'joined', sandboxId: none.id } }),
    );
    expect(host).to.not.have.property('netnsPath');
    expect(joined.netnsPath).to.equal(none.netnsPath);
    expect(world.kernel.links(none.netnsPath ?? '').links()).to.have.length(1);
    await controller.closeSandbox(joined.id);
    expect(world.kernel.netnsPaths).to.deep.equal([none.netnsPath]);
    expect(
      await refusal(
        controller.openSandbox(
          sandboxRequest('k', [], { kind: { type: 'joined', sandboxId: 'gone' } }),
        ),
      ),
    ).to.equal('Conflict: cannot join network of a non running container: gone');
  });

  const impossible: readonly [string, readonly string[], string][] = [
    ['none with another', ['none', 'bridge'], 'networks in private (none) mode'],
    ['host in a namespace', ['host'], 'must be created in host network mode'],
    ['the same twice', ['bridge', 'bridge'], 'network "bridge" is specified multiple times'],
  ];
  for (const [name, networks, text] of impossible) {
    it(`refuses ${name}`, async () => {
      const { world, controller } = await started();
      const before = world.state();
      const error = await refusal(controller.openSandbox(sandboxRequest('box', networks)));
      expect(error).to.match(/^InvalidParameter: /);
      expect(error).to.include(text);
      expect(world.state()).to.deep.equal(before);
    });
  }

  it('takes chosen addresses on user networks only', async () => {
    const { controller } = await started();
    await controller.createNetwork(networkRequest('web'));
    const open = (network: string, ipv4: string) =>
      refusal(
        controller.openSandbox(
          sandboxRequest('box', [], {
            attachments: [{ network, endpoint: { ...attachment(network).endpoint, ipv4 } }],
          }),
        ),
      );
    expect(await open('bridge', '172.17.0.9')).to.equal(
      'InvalidParameter: user-specified IP address is supported on user-defined networks only',
    );
    expect(await open('web', '10.0.0.9')).to.equal(
      'InvalidParameter: no configured subnet contains IP address 10.0.0.9',
    );
    expect(await open('web', '172.18.0.9')).to.equal('accepted');
    expect(controller.sandbox(box)?.endpoints[0]?.interface.ipv4).to.equal('172.18.0.9/16');
  });
});

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
    expect(publishers(controller)).to.deep.equal(['', '0.0.0.0:8080']);
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

  it("disconnects though the new way out can't be had", async () => {
    const { world, controller } = await running(['bridge', 'web']);
    world.kernel.ports.hold('thief', []);
    world.failAt = world.calls + callTo(world, 'addRoute');
    await controller.disconnect(box, 'bridge');
    expect(controller.sandbox(box)?.endpoints).to.have.length(1);
  });

  it('follows a new name', async () => {
    const { world, controller } = await running(['web']);
    await controller.renameSandbox(box, 'crate');
    expect([...world.names.values()]).to.deep.equal([['crate', 'box000000000', 'box']]);
    const again = await world.start([box]);
    expect(again.sandbox(box)?.containerName).to.equal('crate');
  });
});

describe('restart', () => {
  it('takes back what lives, and removes the rest', async () => {
    const { world, controller } = await started();
    await controller.createNetwork(networkRequest('web'));
    const ports = [publish80(8080)];
    await controller.openSandbox(sandboxRequest('box', ['web'], { ports }));
    const before = world.state();
    await controller.openSandbox(sandboxRequest('dead', ['web', 'bridge']));
    world.kernel.addNetns('/netns/stray');
    const again = await world.start([box]);
    expect(world.state()).to.deep.equal(before);
    const taken = await refusal(again.openSandbox(sandboxRequest('new', ['bridge'], { ports })));
    expect(taken).to.include('port is already allocated');
    const { endpoints } = await again.openSandbox(sandboxRequest('new', ['web']));
    expect(endpoints[0]?.interface.ipv4, 'the first is still taken').to.equal('172.18.0.3/16');
  });

  it('makes everything anew after a reboot', async () => {
    const { world, controller } = await started();
    const web = await controller.createNetwork(networkRequest('web'));
    const rebooted = new FakeWorld();
    for (const record of world.networkRecords.values())
      await rebooted.networkRecords.save(record.id, record);
    const again = await rebooted.start();
    expect(again.network('web')).to.deep.equal(web);
    expect(rebooted.kernel.state()).to.deep.equal(world.kernel.state());
  });
});

/** How many calls from now the next call will be: disconnecting stores first, then leaves, then takes the way. */
function callTo(_world: FakeWorld, _what: string): number {
  return 9;
}
