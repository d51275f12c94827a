import { expect } from 'chai';
import type { PlannedStep } from '../../contract.js';
import { networkRequest, publish80, sandboxRequest } from '../fake-world.js';
import { refusal, started } from '../trying.js';

const words = (steps: readonly PlannedStep[]) => steps.map(({ verb, what }) => `${verb}: ${what}`);

/** What plans and does is compared by kind and order: names and MACs are new each time. */
const kinds = (steps: readonly { readonly kind: string }[]) => steps.map(({ kind }) => kind);

describe('planning', () => {
  it('shows what creating a network would do, and does nothing', async () => {
    const { world, controller } = await started();
    const before = world.state();
    const steps = await controller.planning.network(networkRequest('web'));
    expect(world.state()).to.deep.equal(before);
    const { id, subnets } = await controller.createNetwork(networkRequest('web'));
    expect(kinds(steps.map(({ step }) => step))).to.deep.equal(kinds(controller.planOf(id)));
    expect(words(steps)).to.include(`do: add address ${subnets[0]?.gateway}/16 to br-web`);
    expect(steps.flatMap(({ commands }) => commands)).to.have.length(1);
  });

  it('shows what a container would need, with the addresses that it would get', async () => {
    const { world, controller } = await started();
    await controller.createNetwork(networkRequest('web'));
    const before = world.state();
    const wanted = sandboxRequest('box', ['web'], { ports: [publish80(8080)] });
    const steps = await controller.planning.sandbox(wanted);
    expect(world.state()).to.deep.equal(before);
    const { endpoints } = await controller.openSandbox(wanted);
    const address = endpoints[0]?.interface.ipv4;
    expect(words(steps)).to.include(`do: add address ${address} to eth0`);
    expect(words(steps).some((text) => text.startsWith('do: reserve ports'))).to.equal(true);
  });

  it('shows the way out that a connect would move', async () => {
    const { world, controller } = await started();
    for (const name of ['a', 'b']) await controller.createNetwork(networkRequest(name));
    const box = await controller.openSandbox(
      sandboxRequest('box', ['b'], { ports: [publish80(8080)] }),
    );
    const before = world.state();
    const endpoint = { aliases: [], driverOptions: {}, gatewayPriority: 0 };
    const steps = await controller.planning.connect(box.id, { network: 'a', endpoint });
    expect(world.state()).to.deep.equal(before);
    const undone = words(steps).filter((text) => text.startsWith('undo'));
    expect(undone.some((text) => text.includes('add route to default'))).to.equal(true);
    expect(words(steps).lastIndexOf('do: add route to default')).to.be.greaterThan(0);
  });

  it('gives the addresses back', async () => {
    const { controller } = await started();
    await controller.createNetwork(networkRequest('web'));
    await controller.planning.sandbox(sandboxRequest('one', ['web']));
    const first = await controller.openSandbox(sandboxRequest('two', ['web']));
    expect(first.endpoints[0]?.interface.ipv4).to.match(/\.0\.2\/16$/);
    await controller.planning.network(networkRequest('next'));
    const next = await controller.createNetwork(networkRequest('next'));
    expect(next.subnets[0]?.subnet).to.equal('172.19.0.0/16');
  });

  it('refuses what the verbs refuse', async () => {
    const { controller } = await started();
    await controller.createNetwork(networkRequest('web'));
    expect(await refusal(controller.planning.network(networkRequest('web')))).to.include(
      'network with name web already exists',
    );
    const nowhere = controller.planning.sandbox(sandboxRequest('box', ['nope']));
    expect(await refusal(nowhere)).to.include('network nope not found');
  });

  it('shows what was done', async () => {
    const { controller } = await started();
    const { id } = await controller.createNetwork(networkRequest('web'));
    const steps = controller.planning.applied(controller.planOf(id));
    expect(words(steps)[0]).to.equal('do: create bridge br-web');
    expect(steps.every(({ verb }) => verb === 'do')).to.equal(true);
  });
});
