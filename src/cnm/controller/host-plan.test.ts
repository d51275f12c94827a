import { expect } from 'chai';
import type { Plan } from '../plan.js';
import { step } from '../plan.js';
import { fakeDriver } from './fake-driver.js';
import { FakeWorld, networkRequest } from './fake-world.js';

const key = ['net', 'ipv4', 'ip_forward'];
const owner = 'forwarding/4';

/** A world with a driver whose networks need a host that forwards. */
function routing(): FakeWorld {
  const planHost = (): Plan =>
    world.kernel.sysctls('host').read(key) === '1'
      ? []
      : [
          step('firewall.add', { policy: { kind: 'forwarding', owner, family: 4 } }),
          step('sysctl.set', { netns: 'host', key, value: '1' }),
        ];
  const world: FakeWorld = new FakeWorld([fakeDriver('router', { planHost })]);
  return world;
}

const wanted = (name: string) => networkRequest(name, { driver: 'router' });

/** Whether the host forwards, and for containers only. */
function forwarding({ kernel }: FakeWorld) {
  return [kernel.sysctls('host').read(key), owner in kernel.state().firewall];
}

describe('what networks need of the host', () => {
  it('is done for the first of them, and stays when it goes', async () => {
    const world = routing();
    const controller = await world.start();
    expect(forwarding(world)).to.deep.equal(['0', false]);
    await controller.createNetwork(wanted('a'));
    await controller.createNetwork(wanted('b'));
    await controller.removeNetwork('a');
    await controller.removeNetwork('b');
    expect(forwarding(world)).to.deep.equal(['1', true]);
  });

  it('is there again after a restart without any network', async () => {
    const world = routing();
    const controller = await world.start();
    await controller.createNetwork(wanted('a'));
    await controller.removeNetwork('a');
    world.kernel.firewall.replaceAll([]);
    await world.start();
    expect(forwarding(world)).to.deep.equal(['1', true]);
  });

  it('is done again where others have undone it', async () => {
    const world = routing();
    const controller = await world.start();
    await controller.createNetwork(wanted('a'));
    world.kernel.sysctls('host').write(key, '0');
    await controller.createNetwork(wanted('b'));
    expect(forwarding(world)).to.deep.equal(['1', true]);
  });

  it('leaves nothing of a failure', async () => {
    const world = routing();
    const controller = await world.start();
    world.failOn = /sysctl net\.ipv4\.ip_forward/;
    let said = '';
    await controller.createNetwork(wanted('a')).catch((error: Error) => {
      said = error.message;
    });
    expect(said).to.include('cannot set sysctl net/ipv4/ip_forward');
    world.failOn = undefined;
    expect(forwarding(world)).to.deep.equal(['0', false]);
    await controller.createNetwork(wanted('a'));
    expect(forwarding(world)).to.deep.equal(['1', true]);
  });
});
