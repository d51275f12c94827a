import { expect } from 'chai';
import { connectContainer, disconnectContainer } from './connect.js';
import { FakeContext } from './fake-context.js';
import { fakeNetwork } from './fake-networks.js';
import { emptySettings } from './networking.js';
import { removeContainer } from './remove.js';
import { renameContainer } from './rename.js';
import { restoreContainers } from './restore.js';

const config = [{ subnet: '10.9.0.0/24' }, { subnet: 'fd00::/64' }];
const lan = fakeNetwork('lan', { ipam: { driver: 'default', options: {}, config } });
const at = (IPv4Address: string, IPv6Address = '') => ({
  ...emptySettings,
  IPAMConfig: { IPv4Address, IPv6Address, LinkLocalIPs: [] },
});
const onLan = (address: string) => ({
  HostConfig: { NetworkMode: 'lan' },
  NetworkingConfig: { EndpointsConfig: { lan: at(address) } },
});

describe('static addresses of containers', () => {
  let world: FakeContext;
  const claimed = () => Object.fromEntries(world.networks.claimed);
  beforeEach(() => {
    world = new FakeContext();
    world.networks.add(lan);
  });
  afterEach(() => world[Symbol.dispose]());

  it('are kept from create to removal, under the name of the day', async () => {
    const web = await world.create('web', onLan('10.9.0.5'));
    expect(claimed()).to.deep.equal({ web: ['10.9.0.5'] });
    await renameContainer(world, web, 'front');
    expect(claimed()['front']).to.deep.equal(['10.9.0.5']);
    await removeContainer(world, web, { force: false });
    expect(claimed()['front']).to.deep.equal([]);
  });

  it('come and go with connect and disconnect of a stopped container', async () => {
    const web = await world.create('web');
    expect(claimed()).to.deep.equal({ web: [] });
    await connectContainer(world, web, lan, at('10.9.0.6', 'fd00::6'));
    expect(claimed()).to.deep.equal({ web: ['10.9.0.6', 'fd00::6'] });
    await disconnectContainer(world, web, lan);
    expect(claimed()).to.deep.equal({ web: [] });
  });

  it('outlive the daemon, the oldest container first', async () => {
    await world.create('old', onLan('10.9.0.7'));
    world.clock.advance(1000);
    await world.create('new', onLan('10.9.0.7'));
    world.networks.claimed.clear();
    world.forgetMemory();
    await restoreContainers(world);
    expect([...world.networks.claimed]).to.deep.equal([
      ['old', ['10.9.0.7']],
      ['new', ['10.9.0.7']],
    ]);
  });
});
