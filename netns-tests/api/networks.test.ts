import { expect } from 'chai';
import { image, isDocker, useSetting } from './setting.js';

interface Network {
  readonly Id: string;
  readonly Name: string;
  readonly Containers: Readonly<
    Record<string, { readonly Name: string; readonly IPv4Address: string }>
  >;
}

describe('API: networks', () => {
  const daemon = useSetting();
  const names = async () =>
    (await daemon.it.ok<Network[]>('GET /networks')).map((n) => n.Name).sort();
  const subnet = (Subnet: string, more: object = {}) => ({
    IPAM: { Config: [{ Subnet, ...more }] },
  });
  const create = (Name: string, more: object = {}) =>
    daemon.it.ok<{ Id: string }>('POST /networks/create', {
      body: { Name, CheckDuplicate: true, ...more },
    });

  it('refuses to create what can’t be, leaves nothing, and then makes a good one', async () => {
    await create('taken', subnet('10.50.0.0/24'));
    const before = await names();
    const cases: [object, number, string][] = [
      [{ Name: 'taken' }, 409, 'network with name taken already exists'],
      [{ Name: 'bridge' }, 403, 'operation is not permitted on predefined bridge network'],
      [{ Name: 'host', Driver: 'host' }, 403, 'predefined host network'],
      [{ Name: 'xx', Driver: 'host' }, 403, 'only one instance of "host" network is allowed'],
      [
        { Name: 'xx', ...subnet('10.50.0.0/16') },
        403,
        'Pool overlaps with other one on this address space',
      ],
      [{ Name: 'xx', ...subnet('nope') }, isDocker ? 500 : 400, 'nope'],
      [
        { Name: 'xx', ...subnet('10.51.0.0/24', { Gateway: '10.52.0.1' }) },
        isDocker ? 500 : 400,
        '10.52.0.1',
      ],
      [
        { Name: 'xx', Options: { 'com.docker.network.bridge.enable_icc': 'maybe' } },
        isDocker ? 500 : 400,
        'failed to parse com.docker.network.bridge.enable_icc value: maybe',
      ],
    ];
    // Docker 20.10 looks for a plugin for 15 seconds, and takes any range.
    const range = subnet('10.51.0.0/24', { IPRange: '10.52.0.0/25' });
    if (!isDocker)
      cases.push(
        [{ Name: 'xx', ...range }, 400, '10.52.0.0/25'],
        [{ Name: 'xx', Driver: 'nope' }, 404, 'plugin "nope" not found'],
      );
    for (const [body, status, words] of cases) {
      await daemon.it.refused('POST /networks/create', status, words, {
        body: { CheckDuplicate: true, ...body },
      });
    }
    expect(await names()).to.deep.equal(before);
    await create('xx', subnet('10.51.0.0/24'));
    await daemon.it.ok('DELETE /networks/xx');
  });

  it('finds by full id, name, and unique prefix, in this order', async () => {
    const { Id } = await create('findme');
    for (const ref of [Id, 'findme', Id.slice(0, 12)]) {
      expect((await daemon.it.ok<Network>(`GET /networks/${ref}`)).Name).to.equal('findme');
    }
    await daemon.it.refused('GET /networks/nope', 404, 'network nope not found');
    await daemon.it.refused('DELETE /networks/nope', 404, 'network nope not found');
    await daemon.it.refused(
      'DELETE /networks/bridge',
      403,
      'bridge is a pre-defined network and cannot be removed',
    );
  });

  it('connects and disconnects a running container, and refuses what can’t be', async () => {
    await create('live', subnet('10.53.0.0/24'));
    const [own, host, none] = await Promise.all(
      ['bridge', 'host', 'none'].map((NetworkMode) =>
        daemon.it.running({ HostConfig: { NetworkMode } }),
      ),
    );
    const connect = 'POST /networks/live/connect';
    const body = { Container: own, EndpointConfig: { IPAMConfig: { IPv4Address: '10.53.0.77' } } };
    await daemon.it.ok(connect, { body });
    const attached = Object.values((await daemon.it.ok<Network>('GET /networks/live')).Containers);
    expect(attached).to.have.length(1);
    expect(attached[0]).to.include({ Name: own, IPv4Address: '10.53.0.77/24' });
    const inUse = 'error while removing network: network live';
    await daemon.it.refused('DELETE /networks/live', 403, inUse);
    await daemon.it.refused(
      connect,
      403,
      `endpoint with name ${own} already exists in network live`,
      {
        body: { Container: own },
      },
    );
    const twice = await daemon.it.running();
    await daemon.it.refused(connect, 403, 'Address already in use', {
      body: { ...body, Container: twice },
    });
    const shared = 'container sharing network namespace with another container or host';
    await daemon.it.refused(connect, 400, shared, { body: { Container: host } });
    const priv =
      'container cannot be connected to multiple networks with one of the networks in private';
    await daemon.it.refused(connect, 400, priv, { body: { Container: none } });
    await daemon.it.refused(connect, 404, 'No such container: nope', {
      body: { Container: 'nope' },
    });
    await daemon.it.refused(connect, 400, 'invalid name or ID supplied', { body: {} });
    const nope = { body: { Container: own } };
    await daemon.it.refused('POST /networks/nope/connect', 404, 'network nope not found', nope);
    await daemon.it.ok('POST /networks/live/disconnect', { body: { Container: own } });
    const notThere = { body: { Container: own } };
    await daemon.it.refused('POST /networks/live/disconnect', 500, 'is not connected to', notThere);
    await daemon.it.ok('DELETE /networks/live');
  });

  it('refuses addresses and ports at start, leaves nothing, and then starts', async () => {
    await create('lan', subnet('10.54.0.0/24'));
    await create('auto');
    const at = (network: string, ip: string) => ({
      HostConfig: { NetworkMode: network },
      NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: ip } } } },
    });
    const publish = (HostPort: string) => ({
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort }] } },
    });
    await daemon.it.running({ ...at('lan', '10.54.0.9') });
    await daemon.it.running(publish('8080'));
    const start = async (body: object) => {
      const name = await daemon.it.container(body);
      const { status, text } = await daemon.it.send(`POST /containers/${name}/start`);
      return { name, status, text };
    };
    // Docker 20.10 finds out at the start, newer versions when the container is made.
    const attempt = async (body: object) => {
      const made = await daemon.it.send('POST /containers/create', {
        body: { Image: image, Cmd: ['true'], HostConfig: {}, ...body },
      });
      if (made.status >= 400) return made;
      const { Id } = JSON.parse(made.text) as { Id: string };
      return daemon.it.send(`POST /containers/${Id}/start`);
    };
    const taken = await start(at('lan', '10.54.0.9'));
    expect(taken.text).to.include('Address already in use');
    const outside = await attempt(at('lan', '10.55.0.9'));
    expect(outside.text).to.match(/10\.55\.0\.9|user configured subnets/);
    const port = await start(publish('8080'));
    expect(port.text).to.include('Bind for 0.0.0.0:8080 failed: port is already allocated');
    for (const { status } of [taken, outside, port]) expect(status).to.be.oneOf([400, 403, 500]);
    const { Containers } = await daemon.it.ok<Network>('GET /networks/lan');
    expect(Object.keys(Containers)).to.have.length(1);
    const free = await start(at('lan', '10.54.0.10'));
    expect(free.status).to.equal(204);
    expect((await start(publish('8081'))).status).to.equal(204);
    const missing = await start({ HostConfig: { NetworkMode: 'nope' } });
    expect([missing.status, missing.text]).to.satisfy(
      ([status, text]: [number, string]) =>
        status === 404 && text.includes('network nope not found'),
    );
  });

  it('prunes only what nobody uses', async () => {
    await create('unused', { Labels: { old: 'yes' } });
    const pruned = await daemon.it.ok<{ NetworksDeleted: string[] }>(
      `POST /networks/prune?filters=${encodeURIComponent('{"label":["old=yes"]}')}`,
    );
    expect(pruned.NetworksDeleted).to.deep.equal(['unused']);
    await daemon.it.ok('POST /networks/prune');
    expect(await names()).to.deep.equal(['bridge', 'host', 'lan', 'none']);
    const none = await daemon.it.ok<{ NetworksDeleted: null }>('POST /networks/prune');
    expect(none.NetworksDeleted).to.equal(null);
  });
});
