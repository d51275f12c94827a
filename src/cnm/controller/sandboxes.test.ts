import { expect } from 'chai';
import { attachment, networkRequest, publish80, sandboxRequest } from './fake-world.js';
import { refusal, started } from './trying.js';

const box = 'box'.padEnd(64, '0');

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

  it('has a user namespace of its own, or that of another', async () => {
    const { controller } = await started();
    const own = await controller.openSandbox({ ...sandboxRequest('box', []), users: 'own' });
    expect(own.usernsPath).to.equal('/userns/box000000000');
    const users = { of: own.id };
    const kind = { type: 'joined', sandboxId: own.id } as const;
    const joined = await controller.openSandbox({ ...sandboxRequest('joined', []), kind, users });
    expect(joined).to.include({ netnsPath: own.netnsPath, usernsPath: own.usernsPath });
    const beside = await controller.openSandbox({ ...sandboxRequest('beside', []), users });
    expect(beside).to.include({ netnsPath: '/netns/beside000000', usernsPath: own.usernsPath });
    const plain = await controller.openSandbox(sandboxRequest('plain', []));
    expect(plain).to.not.have.property('usernsPath');
    const wanting = { ...sandboxRequest('wanting', []), users: { of: plain.id } };
    expect(await refusal(controller.openSandbox(wanting))).to.contain(
      'cannot join the user namespace',
    );
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
