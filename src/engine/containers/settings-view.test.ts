import { expect } from 'chai';
import type { Container } from './container.js';
import { FakeContext } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { fakeNetwork } from './fake-networks.js';
import { publish, viewOf } from './fake-view.js';
import { endpointSettings, networkSettings, portSummaries } from './settings-view.js';
import { startContainer } from './start.js';

const binding = (hostIp: string, hostPort: number) => ({
  protocol: 'tcp' as const,
  containerPort: 80,
  hostIp,
  hostPort,
});

describe('networkSettings', () => {
  let world: FakeContext;
  let web: Container;
  beforeEach(async () => {
    world = new FakeContext();
    world.networks.add(fakeNetwork('side'));
    web = await world.create('web', {
      ExposedPorts: { '80/tcp': {}, '81/udp': {} },
      NetworkingConfig: {
        EndpointsConfig: { side: { Aliases: ['w', 'web'], IPAMConfig: {}, Links: null } },
      },
    });
    await startContainer(world, web);
    publish(world, web.id, [binding('0.0.0.0', 8080), binding('::', 8080)]);
  });
  afterEach(() => world[Symbol.dispose]());

  it('shows addresses, at the top those of the default bridge', () => {
    const settings = networkSettings(viewOf(world), web);
    expect(settings).to.deep.include({
      SandboxID: web.id,
      SandboxKey: `/netns/${web.id}`,
      IPAddress: '172.17.0.2',
      IPPrefixLen: 16,
      Gateway: '172.17.0.1',
      MacAddress: '02:42:ac:11:00:02',
    });
    expect(Object.keys(settings.Networks)).to.deep.equal(['bridge', 'side']);
    expect(settings.Networks['side']).to.deep.include({
      IPAddress: '172.17.0.3',
      NetworkID: fakeNetwork('side').id,
      EndpointID: 'e3',
      IPAMConfig: {},
      Links: null,
      DriverOpts: null,
    });
  });

  it('shows published ports with their bindings, others with null', () => {
    expect(networkSettings(viewOf(world), web).Ports).to.deep.equal({
      '80/tcp': [
        { HostIp: '0.0.0.0', HostPort: '8080' },
        { HostIp: '::', HostPort: '8080' },
      ],
      '81/udp': null,
    });
    expect(portSummaries(viewOf(world), web)).to.deep.equal([
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { PrivatePort: 81, Type: 'udp' },
    ]);
  });

  it('names it once each on networks of users only', () => {
    const { side, bridge } = endpointSettings(viewOf(world), web);
    expect(side?.DNSNames).to.deep.equal(['web', 'w', web.id.slice(0, 12)]);
    expect(bridge?.DNSNames).to.equal(null);
  });

  it('is empty once nothing runs, but for the wishes', async () => {
    world.launcher.of(web.id).end(exitWith(0));
    await web.cleaned;
    const settings = networkSettings(viewOf(world), web);
    expect(settings).to.deep.include({ SandboxID: '', SandboxKey: '', IPAddress: '', Ports: {} });
    expect(settings.Networks['side']).to.deep.include({
      Aliases: ['w', 'web'],
      EndpointID: '',
      IPAddress: '',
      IPPrefixLen: 0,
    });
  });

  it('shows the bare reference of a network that is gone', async () => {
    await world.networks.removeNetwork('side');
    expect(endpointSettings(viewOf(world), web)['side']).to.include({
      NetworkID: '',
      IPAddress: '',
    });
  });
});
