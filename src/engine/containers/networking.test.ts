import { expect } from 'chai';
import * as v from 'valibot';
import { endpointSettingsInput } from '../../api/types/network.js';
import { InvalidParameter, NotFound, System } from '../../base/errors.js';
import { FakeContext, rejection } from './fake-context.js';
import { fakeNetwork } from './fake-networks.js';
import { emptySettings, endpointRequest, sandboxRequest, wantedNetworks } from './networking.js';
import { filesOf } from './paths.js';

const settingsOf = (over: object) => v.parse(endpointSettingsInput, over);
/** Each network has an id of its own. */
const sameNetwork = (one: string, other: string) =>
  one.replace('id-of-', '') === other.replace('id-of-', '');
const fixed = (IPv4Address: string) => ({ IPAMConfig: { IPv4Address } });

describe('wantedNetworks', () => {
  const a = settingsOf({ Aliases: ['a'] });
  const cases: [string, Record<string, typeof a | null>, Record<string, typeof a>][] = [
    ['', {}, { bridge: emptySettings }],
    ['default', { default: a }, { bridge: a }],
    ['web', { web: a }, { web: a }],
    ['web', { default: a }, { web: a }],
    ['web', { side: null, web: a }, { web: a, side: emptySettings }],
    ['web', { side: a }, { web: emptySettings, side: a }],
    ['web', { 'id-of-web': a }, { web: a }],
    ['id-of-web', { web: a, side: null }, { 'id-of-web': a, side: emptySettings }],
    ['container:x', { web: a }, {}],
  ];
  for (const [mode, endpoints, wanted] of cases) {
    it(`${mode || 'no mode'} with ${Object.keys(endpoints)}`, () => {
      const networks = wantedNetworks(mode, endpoints, sameNetwork);
      expect(networks).to.deep.equal(wanted);
      expect(Object.keys(networks)).to.deep.equal(Object.keys(wanted));
    });
  }
});

describe('networks of a new container', () => {
  it('refuses one network by two names', () =>
    expect(() => wantedNetworks('bridge', { web: null, 'id-of-web': null }, sameNetwork)).to.throw(
      InvalidParameter,
      'network "id-of-web" is specified multiple times',
    ));
});

describe('endpointRequest', () => {
  it('reads addresses, and the MAC in any notation', () => {
    const settings = settingsOf({
      IPAMConfig: {
        IPv4Address: '10.0.0.5',
        IPv6Address: 'fd00::5',
        LinkLocalIPs: ['169.254.8.8'],
      },
      MacAddress: '02-AA-00-00-00-01',
      Aliases: ['db'],
      Links: ['web:www'],
      GwPriority: 7,
    });
    expect(endpointRequest(settings, '02:00:00:00:00:ff')).to.deep.equal({
      aliases: ['db'],
      ipv4: '10.0.0.5',
      ipv6: 'fd00::5',
      mac: '02:aa:00:00:00:01',
      linkLocal: ['169.254.8.8'],
      links: [{ name: 'web', alias: 'www' }],
      driverOptions: {},
      gatewayPriority: 7,
    });
  });

  it("falls back on the container's own MAC", () =>
    expect(endpointRequest(emptySettings, '02:00:00:00:00:ff').mac).to.equal('02:00:00:00:00:ff'));

  for (const [over, message] of [
    [fixed('fd00::5'), 'invalid IPv4 address: fd00::5'],
    [fixed('x'), 'invalid IPv4 address: x'],
    [{ IPAMConfig: { IPv6Address: '10.0.0.5' } }, 'invalid IPv6 address: 10.0.0.5'],
    [{ IPAMConfig: { LinkLocalIPs: ['x'] } }, 'invalid link-local IP address: x'],
    [{ Links: ['a:b:c'] }, 'bad format for links: a:b:c'],
    [{ MacAddress: '02:00' }, 'invalid MAC address 02:00'],
  ] as const) {
    it(`refuses: ${message}`, () =>
      expect(() => endpointRequest(settingsOf(over), '')).to.throw(InvalidParameter, message));
  }
});

describe('networking of a new container', () => {
  let world: FakeContext;
  beforeEach(async () => {
    world = new FakeContext();
    const subnet = { driver: 'default', options: {}, config: [{ subnet: '10.9.0.0/24' }] };
    world.networks.add(fakeNetwork('own', { ipam: subnet }));
    world.networks.add(fakeNetwork('pool'));
    await world.create('db');
  });
  afterEach(() => world[Symbol.dispose]());

  const on = (
    NetworkMode: string,
    over: { HostConfig?: object; [key: string]: unknown } = {},
    endpoint: object = {},
  ) => ({
    ...over,
    HostConfig: { NetworkMode, ...over.HostConfig },
    NetworkingConfig: { EndpointsConfig: { [NetworkMode]: endpoint } },
  });
  const ports = { PortBindings: { '80/tcp': [] } };
  const db = 'container:db';

  const refusals: [object, string][] = [
    [on(db, { Hostname: 'x' }), 'conflicting options: hostname and the network mode'],
    [
      on(db, { HostConfig: { Links: ['a'] } }),
      "conflicting options: container type network can't be used with links.",
    ],
    [on(db, { HostConfig: { Dns: ['1.1.1.1'] } }), 'dns and the network mode'],
    [on(db, { HostConfig: { ExtraHosts: ['a:1.1.1.1'] } }), 'custom host-to-IP mapping'],
    [on(db, { MacAddress: '02:00:00:00:00:01' }), 'mac-address and the network mode'],
    [on(db, { HostConfig: ports }), 'port publishing and the container type network mode'],
    [on(db, { ExposedPorts: { '80/tcp': {} } }), 'port exposing and the container type network'],
    [on('bridge', {}, fixed('172.17.0.9')), 'supported on user-defined networks only'],
    [on('pool', {}, fixed('10.9.0.9')), 'no configured subnet contains IP address 10.9.0.9'],
    [on('bridge', {}, { Aliases: ['a'] }), 'network-scoped aliases are only supported'],
    [on('own', {}, fixed('nope')), 'invalid IPv4 address: nope'],
    [on('own', {}, fixed('10.8.0.9')), 'no configured subnet contains IP address 10.8.0.9'],
    [on('container:', {}), 'invalid container format container:<name|id>'],
    [on('host', { HostConfig: { Links: ['db'] } }), "host type networking can't be used with"],
    [on('bridge', { HostConfig: { Links: ['nope'] } }), 'could not get container for nope: No'],
    [twoNetworks('none'), 'one of the networks in private (none) mode'],
    [twoNetworks('host'), 'container sharing network namespace with another container or host'],
  ];
  for (const [over, message] of refusals) {
    it(`refuses: ${message}`, async () => {
      const error = await rejection(world.create('web', over));
      expect(error).to.be.instanceOf(InvalidParameter);
      expect(error.message).to.contain(message);
    });
  }

  it('takes an address of a subnet of its own', async () => {
    const { record } = await world.create('web', on('own', {}, fixed('10.9.0.9')));
    expect(record.networks['own']?.IPAMConfig?.IPv4Address).to.equal('10.9.0.9');
  });

  it('says all that is wrong at once, and on which network', async () => {
    const wrong = { ...fixed('172.17.0.9'), Aliases: ['a'] };
    expect((await rejection(world.create('web', on('bridge', {}, wrong)))).message).to.equal(
      'invalid config for network bridge: invalid endpoint settings:\n' +
        'user-specified IP address is supported on user-defined networks only\n' +
        'network-scoped aliases are only supported for user-defined networks',
    );
  });

  it('takes ports that an image exposes to the network of another', async () => {
    world.image.config = { Cmd: ['sh'], ExposedPorts: { '80/tcp': {} } };
    const { record } = await world.create('web', on(db));
    expect(record.networks).to.deep.equal({});
  });

  it('takes the network of a container that is not there yet', async () => {
    const web = await world.create('web', on('container:later'));
    expect(() => sandboxRequest(world, web)).to.throw(
      System,
      'joining network namespace of container: No such container: later',
    );
    await world.create('me', on('container:me'));
    const me = world.registry.find('me');
    expect(() => sandboxRequest(world, me)).to.throw(InvalidParameter, 'cannot join own network');
  });

  it('takes a network that is not there yet', async () => {
    const web = await world.create('web', on('later'));
    expect(() => sandboxRequest(world, web)).to.throw(NotFound, 'network later not found');
  });
});

describe('sandboxRequest', () => {
  it("fills in the daemon's resolver, and attaches to every network", async () => {
    using world = new FakeContext();
    world.networks.add(fakeNetwork('side'));
    const web = await world.create('web', {
      Hostname: 'h',
      Domainname: 'd.test',
      MacAddress: '02:00:00:00:00:01',
      HostConfig: { DnsSearch: ['own.test'], ExtraHosts: ['a:1.1.1.1'], PublishAllPorts: true },
      ExposedPorts: { '80/tcp': {} },
      NetworkingConfig: { EndpointsConfig: { side: { Aliases: ['w'] } } },
    });
    const files = filesOf(world.settings.containersDir, web.id);
    const request = sandboxRequest(world, web);
    expect(request).to.deep.include({
      id: web.id,
      kind: { type: 'own' },
      containerName: 'web',
      hostname: 'h',
      domainname: 'd.test',
      resolver: {
        servers: ['9.9.9.9'],
        search: ['own.test'],
        options: ['ndots:1'],
        extraHosts: ['a:1.1.1.1'],
      },
      files,
      ports: [{ protocol: 'tcp', containerPort: 80, hostIp: '', hostPort: [0, 0] }],
    });
    expect(
      request.attachments.map((a) => [a.network, a.endpoint.mac, a.endpoint.aliases]),
    ).to.deep.equal([
      ['bridge', '02:00:00:00:00:01', []],
      ['side', undefined, ['w']],
    ]);
  });

  it('refuses to join itself', async () => {
    using world = new FakeContext();
    const web = await world.create('web');
    const host = { ...web.record.host, NetworkMode: `container:${web.id}` };
    web.record = { ...web.record, host };
    expect(() => sandboxRequest(world, web)).to.throw(
      InvalidParameter,
      `cannot join own network namespace: container ${web.id}`,
    );
  });
});

function twoNetworks(NetworkMode: string): object {
  const EndpointsConfig = { [NetworkMode]: {}, own: {} };
  return { HostConfig: { NetworkMode }, NetworkingConfig: { EndpointsConfig } };
}
