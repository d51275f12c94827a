import { expect } from 'chai';
import type { NetworkRequest, SwarmWishes } from '../model.js';
import { networkRequest, sandboxRequest } from './fake-world.js';
import { refusal, started } from './trying.js';

const settings = {
  configOnly: true,
  labels: { from: 'base' },
  options: { name: 'br-base' },
  ipam: { driver: 'default', options: { o: '1' }, config: [{ subnet: '10.9.0.0/24' }] },
};

describe('configuration-only networks', () => {
  async function withBase() {
    const { world, controller } = await started();
    const before = world.state().kernel;
    const base = await controller.createNetwork(networkRequest('base', settings));
    const create = (over: Partial<NetworkRequest> & SwarmWishes) =>
      refusal(controller.createNetwork({ ...networkRequest('web'), ...over }));
    return { world, controller, base, before, create };
  }

  it('are kept over a restart, touch nothing, and have no subnet', async () => {
    const { world, base, before } = await withBase();
    expect(world.state().kernel).to.deep.equal(before);
    const again = await world.start();
    expect(again.network('base')).to.deep.equal(base);
    expect(base).to.deep.include({ ...settings, driver: 'null', subnets: [] });
    await again.createNetwork(networkRequest('same', { ...settings, configOnly: false }));
  });

  it('lend their settings', async () => {
    const { controller } = await withBase();
    const request = networkRequest('web', { configFrom: 'base', internal: true });
    const web = await controller.createNetwork(request);
    const { configOnly, ...lent } = settings;
    expect(web).to.deep.include({ ...lent, configFrom: 'base', internal: true, driver: 'bridge' });
    expect(web.subnets.map(({ subnet }) => subnet)).to.deep.equal(['10.9.0.0/24']);
  });

  it('stay while they are made use of, and go without an event', async () => {
    const { world, controller } = await withBase();
    await controller.createNetwork(networkRequest('web', { configFrom: 'base' }));
    expect(await refusal(controller.removeNetwork('base'))).to.equal(
      'Forbidden: error while removing network: configuration network "base" is in use',
    );
    await controller.removeNetwork('web');
    await controller.removeNetwork('base');
    expect(world.events).to.deep.equal(['create base', 'create web', 'destroy web']);
  });

  it('have no endpoints', async () => {
    const { controller } = await withBase();
    expect(await refusal(controller.openSandbox(sandboxRequest('box', ['base'])))).to.equal(
      'Forbidden: cannot create endpoint on configuration-only network',
    );
  });

  const operator =
    'Forbidden: configuration network can only contain network specific fields. Network operator ' +
    'fields like [ ingress | internal | attachable | scope ] are not supported.';
  const conflict =
    'Forbidden: user-specified configurations are not supported if the network depends on a configuration network';
  const from = { configFrom: 'base' };
  const refusals: readonly [string, Partial<NetworkRequest> & SwarmWishes, string][] = [
    ['internal', { configOnly: true, internal: true }, operator],
    ['attachable', { configOnly: true, attachable: true }, operator],
    ['ingress', { configOnly: true, ingress: true }, operator],
    ['scope', { configOnly: true, scope: 'local' }, operator],
    [
      'both',
      { configOnly: true, ...from },
      'Forbidden: a configuration network cannot depend on another configuration network',
    ],
    ['IPv6', { ...from, enableIPv6: true }, conflict],
    ['no IPv4', { ...from, enableIPv4: false }, conflict],
    ['labels', { ...from, labels: { a: '' } }, conflict],
    ['IPAM options', { ...from, ipam: { driver: '', options: { a: '' }, config: [] } }, conflict],
    ['an IPAM driver', { ...from, ipam: { driver: 'x', options: {}, config: [] } }, conflict],
    ['subnets', { ...from, ipam: { driver: '', options: {}, config: [{}] } }, conflict],
    [
      'options',
      { ...from, options: { a: '' } },
      'Forbidden: network driver options are not supported if the network depends on a configuration network',
    ],
    [
      'an unknown one',
      { configFrom: 'nope' },
      'NotFound: configuration network "nope" does not exist',
    ],
    [
      'no such thing',
      { configFrom: 'bridge' },
      'NotFound: configuration network "bridge" does not exist',
    ],
  ];
  for (const [what, over, expected] of refusals) {
    it(`do not go with ${what}`, async () => {
      const { create } = await withBase();
      expect(await create(over)).to.equal(expected);
    });
  }
});

describe('what needs a swarm', () => {
  const swarm = 'Forbidden: cannot create a swarm scoped network when swarm is not active';
  const refusals: readonly [string, Partial<NetworkRequest> & SwarmWishes, RegExp | string][] = [
    ['the scope swarm', { scope: 'swarm' }, swarm],
    ['the scope global', { scope: 'global' }, swarm],
    ['ingress', { ingress: true }, 'Forbidden: Ingress network can only be global scope network'],
    ['overlay', { driver: 'overlay' }, /^Forbidden: This node is not a swarm manager\./],
  ];
  for (const [what, over, expected] of refusals) {
    it(`is refused: ${what}`, async () => {
      const { controller } = await started();
      const text = await refusal(controller.createNetwork({ ...networkRequest('web'), ...over }));
      if (typeof expected === 'string') expect(text).to.equal(expected);
      else expect(text).to.match(expected);
    });
  }
});

describe('IPAM drivers', () => {
  it('give nothing to a network without addresses', async () => {
    const { controller } = await started();
    const ipam = { driver: 'null', options: {}, config: [] };
    const request = networkRequest('web', { ipam, enableIPv4: false });
    expect((await controller.createNetwork(request)).subnets).to.deep.equal([]);
  });

  const refusals: readonly [object, string][] = [
    [{ driver: 'null' }, 'InvalidParameter: ipv4 pool is empty'],
    [
      { driver: 'null', config: [{ subnet: '10.1.0.0/24' }] },
      'InvalidParameter: null ipam driver does not handle specific address pool requests',
    ],
    [
      { driver: 'dhcp' },
      'NotFound: could not find plugin dhcp in v1 plugin registry: plugin "dhcp" not found',
    ],
  ];
  for (const [over, expected] of refusals) {
    it(`refuses ${JSON.stringify(over)}`, async () => {
      const { controller } = await started();
      const ipam = { driver: '', options: {}, config: [], ...over };
      expect(await refusal(controller.createNetwork(networkRequest('web', { ipam })))).to.equal(
        expected,
      );
    });
  }
});
