import { expect } from 'chai';
import { attachment, networkRequest, sandboxRequest } from './fake-world.js';
import { started } from './trying.js';

const prefix = 'com.docker.network.advertise_addr';

function advertising(network: string, options: Record<string, string>) {
  const { endpoint } = attachment(network);
  return { network, endpoint: { ...endpoint, driverOptions: options } };
}

describe('announcing', () => {
  it('sets the MACs of a new sandbox again, later, and only while they are its own', async () => {
    const { world, controller } = await started();
    const {
      id,
      endpoints,
      netnsPath = '',
    } = await controller.openSandbox(sandboxRequest('box', ['bridge']));
    const [announce] = world.postponed;
    const calls = () => {
      const before = world.calls;
      announce?.work();
      return world.calls - before;
    };
    const state = world.state();
    expect(calls(), 'two settings, the MAC, and the settings back').to.equal(5);
    expect(world.state()).to.deep.equal(state);
    const { name, mac } = endpoints[0]?.interface ?? { name: '', mac: '' };
    world.kernel.links(netnsPath).setLink(name, { mac: '02:00:00:00:00:99' });
    expect(calls(), 'the container has changed it').to.equal(0);
    world.kernel.links(netnsPath).setLink(name, { mac });
    await controller.closeSandbox(id);
    expect(calls(), 'closed').to.equal(0);
  });

  const cases: [Record<string, string>, number[]][] = [
    [{}, [15, 1015, 2015]],
    [{ [`${prefix}_nmsgs`]: '0' }, []],
    [{ [`${prefix}_nmsgs`]: '2', [`${prefix}_ms`]: '100' }, [15, 115]],
  ];
  for (const [options, delays] of cases) {
    it(`does so ${delays.length} times with ${JSON.stringify(options)}`, async () => {
      const { world, controller } = await started();
      const attachments = [advertising('bridge', options)];
      await controller.openSandbox({ ...sandboxRequest('box', []), attachments });
      expect(world.postponed.map(({ delayMs }) => delayMs)).to.deep.equal(delays);
    });
  }

  it('does so for the new endpoint after a connect, and for all after a restart', async () => {
    const { world, controller } = await started();
    const { id } = await controller.openSandbox(sandboxRequest('box', ['bridge']));
    await controller.createNetwork(networkRequest('web'));
    world.postponed.splice(0);
    await controller.connect(id, advertising('web', { [`${prefix}_nmsgs`]: '1' }));
    expect(world.postponed).to.have.length(1);
    world.postponed.splice(0);
    await world.start([id]);
    expect(world.postponed).to.have.length(4);
  });
});
