import { expect } from 'chai';
import { FakeWorld, networkRequest, publish80, sandboxRequest } from './fake-world.js';
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
});
