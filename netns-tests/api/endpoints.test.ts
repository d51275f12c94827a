import { expect } from 'chai';
import { image, isDocker, useSetting } from './setting.js';

interface Inspected {
  readonly Id: string;
  readonly Config: { readonly MacAddress?: string };
  readonly HostConfig: { readonly Links: readonly string[] | null };
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<string, { readonly MacAddress: string; readonly IPAddress: string }>
    >;
  };
}

describe('API: endpoints', () => {
  const daemon = useSetting();
  const inspect = (name: string) => daemon.it.ok<Inspected>(`GET /containers/${name}/json`);
  const on = (NetworkMode: string, more: object = {}) => ({ HostConfig: { NetworkMode, ...more } });

  before(async () => {
    for (const [Name, Subnet] of [
      ['one', '10.80.0.0/24'],
      ['two', '10.81.0.0/24'],
    ])
      await daemon.it.ok('POST /networks/create', {
        body: { Name, IPAM: { Config: [{ Subnet }] } },
      });
  });

  it('refuses at create what can’t be', async () => {
    const db = await daemon.it.container();
    const joined = `container:${db}`;
    const links = 'networking can’t be used with links'.replace('’', "'");
    const endpoint = (network: string, settings: object) => ({
      ...on(network),
      NetworkingConfig: { EndpointsConfig: { [network]: settings } },
    });
    const cases: [object, string][] = [
      [{ ...on(joined), Hostname: 'x' }, 'conflicting options: hostname and the network mode'],
      [on(joined, { Links: [db] }), `container type network ${links.slice(11)}`],
      [on(joined, { Dns: ['192.0.2.1'] }), 'conflicting options: dns and the network mode'],
      [
        on(joined, { ExtraHosts: ['a:192.0.2.1'] }),
        'custom host-to-IP mapping and the network mode',
      ],
      [{ ...on(joined), MacAddress: '02:00:00:00:00:01' }, 'mac-address and the network mode'],
      [
        on(joined, { PublishAllPorts: true }),
        'port publishing and the container type network mode',
      ],
      [
        { ...on(joined), ExposedPorts: { '80/tcp': {} } },
        'port exposing and the container type network mode',
      ],
      [on('host', { Links: [db] }), `conflicting options: host type ${links}`],
      [on('bridge', { Links: ['nobody:x'] }), 'could not get container for nobody'],
      [endpoint('one', { IPAMConfig: { IPv4Address: 'nope' } }), 'invalid IPv4 address: nope'],
      [
        {
          ...on('one'),
          NetworkingConfig: { EndpointsConfig: { one: {}, two: {} } },
        },
        'Container cannot be',
      ],
    ];
    for (const [body, words] of cases) {
      const full = { Image: image, Cmd: ['true'], ...body };
      await daemon.it.refused('POST /containers/create', 400, words, { body: full });
    }
    await daemon.it.ok(`DELETE /containers/${db}`);
  });

  it('refuses at the start what turns out to be impossible', async () => {
    const self = 'self';
    const body = { Image: image, Cmd: ['true'], ...on(`container:${self}`) };
    await daemon.it.ok(`POST /containers/create?name=${self}`, { body });
    const answer = await daemon.it.send(`POST /containers/${self}/start`);
    expect(answer.status).to.be.oneOf([400, 409, 500]);
    expect(answer.text).to.include('cannot join own network');
    await daemon.it.ok(`DELETE /containers/${self}`);
    const idle = await daemon.it.container();
    const beside = await daemon.it.container(on(`container:${idle}`));
    await daemon.it.refused(`POST /containers/${beside}/start`, 409, 'of a non running container');
    const linked = await daemon.it.container(on('bridge', { Links: [`${idle}:x`] }));
    await daemon.it.refused(
      `POST /containers/${linked}/start`,
      500,
      `Cannot link to a non running container: /${idle} AS /${linked}/x`,
    );
    for (const name of [linked, beside, idle]) await daemon.it.ok(`DELETE /containers/${name}`);
  });

  it('puts a MAC of the container on its main network, by whatever name', async () => {
    const { Id } = await daemon.it.ok<{ Id: string }>('GET /networks/one');
    const MacAddress = '02:00:00:00:00:42';
    const named = { NetworkingConfig: { EndpointsConfig: { one: {} } } };
    // Docker 20.10 loses it when the mode is an id and the endpoint goes by a name.
    const mode = isDocker ? 'one' : Id;
    const name = await daemon.it.running({ MacAddress, ...on(mode), ...named });
    const { Config, NetworkSettings } = await inspect(name);
    expect(Config.MacAddress).to.equal(MacAddress);
    expect(NetworkSettings.Networks['one']?.MacAddress).to.equal(MacAddress);
    expect(Object.keys(NetworkSettings.Networks)).to.deep.equal(['one']);
    await daemon.it.ok(`POST /containers/${name}/restart?t=0`);
    expect((await inspect(name)).NetworkSettings.Networks['one']?.MacAddress).to.equal(MacAddress);
    await daemon.it.ok(`DELETE /containers/${name}?force=1`);
  });

  it('changes the configuration of one that does not run, and takes it up at the start', async () => {
    const name = await daemon.it.container(on('one'));
    const connect = {
      Container: name,
      EndpointConfig: { IPAMConfig: { IPv4Address: '10.81.0.9' } },
    };
    await daemon.it.ok('POST /networks/two/connect', { body: connect });
    await daemon.it.ok('POST /networks/one/disconnect', { body: { Container: name } });
    await daemon.it.refused(
      'POST /networks/one/disconnect',
      500,
      'is not connected to the network',
      {
        body: { Container: name },
      },
    );
    await daemon.it.ok(`POST /containers/${name}/start`);
    const { Networks } = (await inspect(name)).NetworkSettings;
    expect(Object.entries(Networks).map(([key, { IPAddress }]) => [key, IPAddress])).to.deep.equal([
      ['two', '10.81.0.9'],
    ]);
    await daemon.it.ok(`DELETE /containers/${name}?force=1`);
  });

  it('takes a network that is gone off a container', async () => {
    await daemon.it.ok('POST /networks/create', { body: { Name: 'gone' } });
    const idle = await daemon.it.container(on('one'));
    const also = await daemon.it.container(on('one'));
    const running = await daemon.it.running(on('one'));
    for (const Container of [idle, also])
      await daemon.it.ok('POST /networks/gone/connect', { body: { Container } });
    await daemon.it.ok('DELETE /networks/gone');
    const disconnect = (Container: string, Force: boolean) => ({ body: { Container, Force } });
    const path = 'POST /networks/gone/disconnect';
    await daemon.it.ok(path, disconnect(idle, false));
    await daemon.it.ok(path, disconnect(also, true));
    for (const name of [idle, also])
      expect(Object.keys((await inspect(name)).NetworkSettings.Networks)).to.deep.equal(['one']);
    await daemon.it.refused(
      path,
      500,
      'is not connected to the network gone',
      disconnect(idle, true),
    );
    await daemon.it.refused(path, 500, 'to the network gone', disconnect(running, true));
    await daemon.it.refused(path, 404, 'network gone not found', disconnect(running, false));
    await daemon.it.refused(path, 404, 'network gone not found', disconnect('nobody', true));
    await daemon.it.refused(path, 404, 'No such container: nobody', disconnect('nobody', false));
    for (const name of [idle, also, running])
      await daemon.it.ok(`DELETE /containers/${name}?force=1`);
  });

  it('shows links by the names of today', async () => {
    const db = await daemon.it.running();
    const web = await daemon.it.running(on('bridge', { Links: [`${db}:pg`] }));
    await daemon.it.ok(`POST /containers/${db}/rename?name=renamed`);
    expect((await inspect(web)).HostConfig.Links).to.deep.equal([`/renamed:/${web}/pg`]);
    for (const name of [web, 'renamed']) await daemon.it.ok(`DELETE /containers/${name}?force=1`);
  });

  if (!isDocker)
    it('says all that is wrong with an endpoint at once', async () => {
      const settings = { Aliases: ['a'], IPAMConfig: { IPv4Address: '172.17.0.99' } };
      const NetworkingConfig = { EndpointsConfig: { bridge: settings } };
      const body = { Image: image, Cmd: ['true'], NetworkingConfig };
      await daemon.it.refused(
        'POST /containers/create',
        400,
        'invalid config for network bridge: invalid endpoint settings:\n' +
          'user-specified IP address is supported on user-defined networks only\n' +
          'network-scoped aliases are only supported for user-defined networks',
        { body },
      );
    });
});
