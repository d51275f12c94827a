import { expect } from 'chai';
import { argsOf } from '../apply.js';
import { FakeWorld, networkRequest, publish80, sandboxRequest } from './fake-world.js';
import { predefinedNetworks } from './predefined.js';
import { refusal, started } from './trying.js';

const box = 'box'.padEnd(64, '0');

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

  it('rebuilds the default bridge when the configuration changes, once nobody runs on it', async () => {
    const { world, controller } = await started();
    const { id } = controller.network('bridge');
    await controller.openSandbox(sandboxRequest('box', ['bridge']));
    world.predefined = predefinedNetworks({ mtu: 1400 });
    const used = await world.start([box]);
    expect(used.network('bridge').id).to.equal(id);
    await used.closeSandbox(box);
    const free = await world.start();
    expect(free.network('bridge').options['com.docker.network.driver.mtu']).to.equal('1400');
    expect(free.network('bridge').subnets[0]?.subnet).to.equal('172.17.0.0/16');
    world.predefined = predefinedNetworks('none');
    const without = await world.start();
    await without.shutdown();
    expect(without.networks().map(({ name }) => name)).to.deep.equal(['host', 'none']);
    expect(world.kernel.links('host').links()).to.have.length(1);
  });

  it('holds the ports of both gateways again, by one hold that says all', async () => {
    const { world, controller } = await started();
    await controller.createNetwork(networkRequest('web'));
    await controller.createNetwork(networkRequest('web6', { enableIPv4: false, enableIPv6: true }));
    const ports = [publish80(8080)];
    await controller.openSandbox(sandboxRequest('box', ['web', 'web6'], { ports }));
    const before = world.kernel.state().ports;
    expect(before[box]?.map(({ hostIp }) => hostIp)).to.deep.equal(['0.0.0.0', '::']);
    const again = await world.start([box]);
    expect(world.kernel.state().ports).to.deep.equal(before);
    for (const { portPlan } of again.sandbox(box)?.endpoints ?? [])
      expect(argsOf(portPlan, 'port.reserve')[0]?.bindings).to.have.length(2);
  });
});
