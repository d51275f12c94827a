import { expect } from 'chai';
import { networkRequest, sandboxRequest } from './fake-world.js';
import { refusal, started } from './trying.js';

const ipam = { driver: 'default', options: {}, config: [{ subnet: '10.9.0.0/28' }] };
const plain = { aliases: [], driverOptions: {}, gatewayPriority: 0 };
const lan = (ipv4?: string) => ({
  network: 'lan',
  endpoint: { ...plain, ...(ipv4 !== undefined && { ipv4 }) },
});
const holder = (name: string) => ({ id: name.padEnd(64, '0'), name });

describe('claimed addresses', () => {
  async function world() {
    const { world, controller } = await started();
    const { id } = await controller.createNetwork(networkRequest('lan', { ipam }));
    const open = (name: string, ipv4?: string) =>
      controller.openSandbox(sandboxRequest(name, [], { attachments: [lan(ipv4)] }));
    const address = async (name: string) => {
      const { endpoints } = await open(name);
      return endpoints[0]?.interface.ipv4;
    };
    return { world, controller, id, open, address };
  }

  it('are had by their container only, whether it runs or not', async () => {
    const { controller, open, address } = await world();
    controller.claimAddresses(holder('web'), [lan('10.9.0.2')]);
    expect(await address('db')).to.equal('10.9.0.3/28');
    const text = 'Address already in use: 10.9.0.2 is held by container web (web000000000)';
    expect(await refusal(open('other', '10.9.0.2'))).to.equal(`Forbidden: ${text}`);
    await open('web', '10.9.0.2');
    expect(await refusal(open('other', '10.9.0.2'))).to.equal(`Forbidden: ${text}`);
    await controller.closeSandbox(holder('web').id);
    expect(await refusal(open('other', '10.9.0.2'))).to.equal(`Forbidden: ${text}`);
    controller.claimAddresses(holder('web'), []);
    await open('other', '10.9.0.2');
  });

  it('name the container that has an address by chance', async () => {
    const { open, address } = await world();
    expect(await address('db')).to.equal('10.9.0.2/28');
    expect(await refusal(open('web', '10.9.0.2'))).to.contain('held by container db (db');
  });

  it('change with what the container claims', async () => {
    const { controller, id, address } = await world();
    const inUse = () => controller.subnetStatus(id).get('10.9.0.0/28')?.ipsInUse;
    expect(inUse()).to.equal(3n);
    controller.claimAddresses(holder('web'), [lan('10.9.0.2')]);
    controller.claimAddresses(holder('web'), [lan('10.9.0.3')]);
    expect(inUse()).to.equal(4n);
    expect([await address('a'), await address('b')]).to.deep.equal(['10.9.0.2/28', '10.9.0.4/28']);
  });

  it('wait for a network that isn’t there, or has gone and comes back', async () => {
    const { controller, address } = await world();
    await controller.removeNetwork('lan');
    controller.claimAddresses(holder('web'), [lan('10.9.0.2')]);
    await controller.createNetwork(networkRequest('lan', { ipam }));
    expect(await address('a')).to.equal('10.9.0.3/28');
    await controller.closeSandbox(holder('a').id);
    await controller.removeNetwork('lan');
    await controller.createNetwork(networkRequest('lan', { ipam }));
    expect(await address('a')).to.equal('10.9.0.3/28');
  });

  it('do not keep what lives from its address after a restart', async () => {
    const { world: host, open } = await world();
    await open('web', '10.9.0.2');
    const again = await host.start([holder('web').id]);
    again.claimAddresses(holder('first'), [lan('10.9.0.2')]);
    again.claimAddresses(holder('web'), [lan('10.9.0.2')]);
    expect(again.sandbox(holder('web').id)?.endpoints[0]?.interface.ipv4).to.equal('10.9.0.2/28');
    await again.closeSandbox(holder('web').id);
    const web = sandboxRequest('web', [], { attachments: [lan('10.9.0.2')] });
    expect(await refusal(again.openSandbox(web))).to.contain('held by container first');
  });
});
