import { expect } from 'chai';
import type { Sent } from './http.js';
import { isDocker, useSetting } from './setting.js';

interface Network {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly ConfigOnly: boolean;
  readonly ConfigFrom: { readonly Network: string };
  readonly IPAM: {
    readonly Options: object | null;
    readonly Config: readonly Readonly<Record<string, unknown>>[];
  };
  readonly Options: Readonly<Record<string, string>>;
  readonly Labels: Readonly<Record<string, string>>;
}

describe('API: what networks can be made and found', () => {
  const daemon = useSetting();
  const create = (Name: string, more: object = {}) =>
    daemon.it.ok<{ Id: string }>('POST /networks/create', {
      body: { Name, CheckDuplicate: true, ...more },
    });
  const inspect = (ref: string) => daemon.it.ok<Network>(`GET /networks/${encodeURI(ref)}`);
  const remove = (ref: string) => daemon.it.ok(`DELETE /networks/${encodeURI(ref)}`);
  const names = async (filters: object) => {
    const query = encodeURIComponent(JSON.stringify(filters));
    const found = await daemon.it.ok<Network[]>(`GET /networks?filters=${query}`);
    return found.map(({ Name }) => Name).sort();
  };
  const refused = (status: number, words: string, body: object) =>
    daemon.it.refused('POST /networks/create', status, words, {
      body: { CheckDuplicate: true, ...body },
    });

  it('takes any name that is not blank', async () => {
    const odd = ['-a', 'a b', 'ünï:cøde', '$(id)"\'', 'container:x'];
    for (const name of odd) {
      await create(name);
      expect((await inspect(name)).Name).to.equal(name);
      await remove(name);
    }
    // Docker 20.10 answers in several ways, by what else there is.
    const blank = isDocker ? [] : ['', ' \t'];
    for (const Name of blank) await refused(400, 'invalid name: name is empty', { Name });
  });

  it('finds by prefix what is alone, and prefers ids to names', async () => {
    const ids = await Promise.all(Array.from({ length: 17 }, (_, i) => create(`many${i}`)));
    const first = ids.map(({ Id }) => Id.slice(0, 1));
    // Seventeen ids have sixteen first digits.
    const shared = first.find((digit, at) => first.indexOf(digit) !== at) ?? '';
    const words = isDocker ? 'is ambiguous' : 'matches found based on ID prefix)';
    await daemon.it.refused(`GET /networks/${shared}`, 400, words);
    await daemon.it.refused(`DELETE /networks/${shared}`, 400, words);
    const [one = { Id: '' }] = ids;
    const twin = await create(one.Id);
    expect((await inspect(one.Id)).Name).to.equal('many0');
    await remove(one.Id);
    expect((await inspect(one.Id)).Id).to.equal(twin.Id);
    await remove(one.Id);
    for (let i = 1; i < 17; i++) await remove(`many${i}`);
  });

  it('filters by each key', async () => {
    await create('alpha', { Labels: { tier: 'front', zone: '' } });
    await create('beta', { Labels: { tier: 'back' } });
    const box = await daemon.it.running({ HostConfig: { NetworkMode: 'beta' } });
    const { Id } = await inspect('alpha');
    const cases: [object, string[]][] = [
      [{ name: ['^alpha$', 'eta'] }, ['alpha', 'beta']],
      [{ name: ['lph'] }, ['alpha']],
      [{ id: [Id.slice(0, 20)] }, ['alpha']],
      [{ id: [Id.slice(5, 40)] }, ['alpha']],
      [{ driver: ['host', 'null'] }, ['host', 'none']],
      [{ type: ['builtin'] }, ['bridge', 'host', 'none']],
      [{ type: ['custom'] }, ['alpha', 'beta']],
      [{ scope: ['local'], label: ['tier=front'] }, ['alpha']],
      [{ label: ['tier', 'zone'] }, ['alpha']],
      [{ scope: ['swarm'] }, []],
    ];
    // Docker 20.10 doesn't look at who is attached.
    if (!isDocker)
      cases.push(
        [{ dangling: ['true'] }, ['alpha']],
        [{ dangling: ['false'] }, ['beta', 'bridge', 'host', 'none']],
      );
    for (const [filters, wanted] of cases)
      expect(await names(filters), JSON.stringify(filters)).to.deep.equal(wanted);
    const bad = (text: string) => `GET /networks?filters=${encodeURIComponent(text)}`;
    await daemon.it.refused(
      bad('{"colour":["red"]}'),
      400,
      isDocker ? 'invalid' : "invalid filter 'colour'",
    );
    const { status } = await daemon.it.send(bad('{"type":["odd"]}'));
    expect(status).to.be.oneOf(isDocker ? [400, 500] : [400]);
    await daemon.it.ok(`DELETE /containers/${box}?force=1`);
    await remove('alpha');
    await remove('beta');
  });

  it('keeps settings in configuration-only networks, and makes others with them', async () => {
    const Config = [{ Subnet: '10.70.0.0/24', Gateway: '10.70.0.7' }];
    const Options = { 'com.docker.network.driver.mtu': '1400' };
    await create('conf', { ConfigOnly: true, IPAM: { Config }, Options, Labels: { a: 'b' } });
    expect(await inspect('conf')).to.deep.include({ ConfigOnly: true, Driver: 'null' });
    const operator = 'configuration network can only contain network specific fields';
    await refused(403, operator, { Name: 'xx', ConfigOnly: true, Internal: true });
    await refused(403, operator, { Name: 'xx', ConfigOnly: true, Attachable: true });
    const ConfigFrom = { Network: 'conf' };
    const conflict =
      'configurations are not supported if the network depends on a configuration network';
    for (const over of [
      { Labels: { x: 'y' } },
      { EnableIPv6: true },
      { IPAM: { Config: [{ Subnet: '10.71.0.0/24' }] } },
    ])
      await refused(403, conflict, { Name: 'xx', ConfigFrom, ...over });
    await refused(403, 'network driver options are not supported', {
      Name: 'xx',
      ConfigFrom,
      Options,
    });
    await refused(403, 'cannot depend on another', { Name: 'xx', ConfigFrom, ConfigOnly: true });
    await refused(404, 'configuration network "nope" does not exist', {
      Name: 'xx',
      ConfigFrom: { Network: 'nope' },
    });
    await create('real', { ConfigFrom, Internal: true });
    const real = await inspect('real');
    expect(real).to.deep.include({ ConfigFrom, ConfigOnly: false, Options, Internal: true });
    expect(real.Labels).to.deep.equal({ a: 'b' });
    expect(real.IPAM.Config).to.deep.equal(Config);
    await daemon.it.refused('DELETE /networks/conf', 403, 'configuration network "conf" is in use');
    const { NetworksDeleted } = await daemon.it.ok<{ NetworksDeleted: string[] }>(
      'POST /networks/prune',
    );
    expect(NetworksDeleted).to.deep.equal(['real']);
    const box = await daemon.it.container({ HostConfig: { NetworkMode: 'conf' } });
    const start = await daemon.it.send(`POST /containers/${box}/start`);
    expect([start.status, start.text]).to.satisfy(
      ([status, text]: [number, string]) =>
        status >= 400 && text.includes('configuration-only network'),
    );
    await daemon.it.ok(`DELETE /containers/${box}?force=1`);
    await remove('conf');
  });

  it('refuses what wants a swarm, and IPAM drivers that give no addresses', async () => {
    const swarm = 'cannot create a swarm scoped network when swarm is not active';
    await refused(403, swarm, { Name: 'xx', Scope: 'swarm' });
    await refused(403, 'Ingress network can only be global scope network', {
      Name: 'xx',
      Ingress: true,
    });
    await refused(isDocker ? 500 : 403, isDocker ? 'swarm' : 'This node is not a swarm manager.', {
      Name: 'xx',
      Driver: 'overlay',
    });
    await refused(isDocker ? 500 : 400, 'ipv4 pool is empty', {
      Name: 'xx',
      IPAM: { Driver: 'null' },
    });
    expect(await names({ name: ['xx'] })).to.deep.equal([]);
  });

  it('finds all that is wrong with subnets at once', async function () {
    // Docker looks for it since version 25.
    if (isDocker) this.skip();
    const Config = [
      {
        Subnet: '10.10.10.0/8',
        IPRange: '192.168.0.1/24',
        Gateway: '192.168.0.1',
        AuxiliaryAddresses: { DefaultGatewayIPv4: '192.168.0.1' },
      },
      { Subnet: '2001:db8::/32', Gateway: '192.168.0.1' },
    ];
    const { status, text } = await daemon.it.send('POST /networks/create', {
      body: { Name: 'bad', EnableIPv6: true, IPAM: { Config } },
    });
    expect(status).to.equal(400);
    expect(JSON.parse(text)).to.deep.equal({
      message: [
        'invalid network config:',
        '* invalid subnet 10.10.10.0/8: it should be 10.0.0.0/8',
        '* invalid ip-range 192.168.0.1/24: it should be 192.168.0.0/24',
        "* invalid ip-range 192.168.0.1/24: parent subnet 10.0.0.0/8 doesn't contain ip-range",
        "* invalid gateway 192.168.0.1: parent subnet 10.0.0.0/8 doesn't contain this address",
        "* invalid auxiliary address DefaultGatewayIPv4: parent subnet 10.0.0.0/8 doesn't contain this address",
        '* invalid gateway 192.168.0.1: parent subnet is an IPv6 block',
      ].join('\n'),
    });
  });

  it('is strict about bodies, and not about a slash at the end', async () => {
    expect((await daemon.it.send('GET /networks/')).status).to.equal(200);
    const headers = { 'Content-Type': 'application/json' };
    // Docker 20.10 says two of them otherwise.
    const type = isDocker ? 'Content-Type specified ()' : 'unsupported Content-Type header ():';
    const cases: [words: string, sent: Sent][] = [
      ['got EOF while reading request body', { headers }],
      [`${type} must be 'application/json'`, { body: '{}' }],
      [isDocker ? 'unexpected EOF' : 'invalid JSON', { body: '{"Name', headers }],
    ];
    // Docker 20.10 doesn't read on behind the first object.
    if (!isDocker) {
      const body = '{"Name":"x"}{}';
      cases.push(['unexpected content after JSON', { body, headers }]);
    }
    for (const path of ['create', 'bridge/connect', 'bridge/disconnect']) {
      for (const [words, sent] of cases) {
        await daemon.it.refused(`POST /networks/${path}`, 400, words, sent);
      }
    }
  });

  it('shows IPAM’s counts, and takes no IPv4 away from old clients', async function () {
    // Docker 20.10 ends at API 1.41; EnableIPv4 came with 1.48, the counts with 1.52.
    if (isDocker) this.skip();
    const IPAM = { Config: [{ Subnet: '10.72.0.0/24' }, { Subnet: 'fd72::/64' }] };
    const body = { Name: 'counted', EnableIPv4: false, EnableIPv6: true, IPAM };
    await daemon.it.ok('POST /v1.47/networks/create', { body });
    const { text } = await daemon.it.send('GET /networks/counted');
    expect(text).to.contain(
      '"Status":{"IPAM":{"Subnets":{"10.72.0.0/24":{"IPsInUse":3,"DynamicIPsAvailable":253},' +
        '"fd72::/64":{"IPsInUse":2,"DynamicIPsAvailable":18446744073709551614}}}}',
    );
    await remove('counted');
    await daemon.it.ok('POST /v1.48/networks/create', { body });
    expect(await inspect('counted')).to.deep.include({ EnableIPv4: false });
    await remove('counted');
  });

  it('tells of a prune, and of each network that it removed', async () => {
    const since = Date.now() / 1000;
    await create('gone', { Labels: { prune: 'me' } });
    await daemon.it.ok('POST /networks/prune');
    const events = await daemon.it.events({ type: ['network'] }, `since=${since.toFixed(6)}`);
    expect(events.map(({ Action }) => Action)).to.deep.equal(['create', 'destroy', 'prune']);
    expect(events[1]?.Actor.Attributes).to.deep.equal({ name: 'gone', type: 'bridge' });
    expect(events[2]?.Actor).to.deep.equal({ ID: '', Attributes: { reclaimed: '0' } });
  });

  it('refuses odd filters of a prune, and an unknown container’s endpoint by force', async () => {
    const prune = (text: string) => `POST /networks/prune?filters=${encodeURIComponent(text)}`;
    await daemon.it.refused(
      prune('{"name":["x"]}'),
      400,
      isDocker ? 'invalid' : "invalid filter 'name'",
    );
    const body = { Container: 'nobody', Force: true };
    const by = 'POST /networks/bridge/disconnect';
    await daemon.it.refused(by, 404, isDocker ? 'nobody' : 'endpoint nobody not found', { body });
    await daemon.it.refused(by, 404, 'No such container: nobody', {
      body: { Container: 'nobody' },
    });
  });
});
