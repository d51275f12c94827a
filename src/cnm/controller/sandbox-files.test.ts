import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resolvConfHash } from '../dns/container-resolvconf.js';
import type { DnsSandbox } from '../dns/model.js';
import { NameRegistry } from '../dns/names.js';
import type { EndpointRecord, NetworkRecord, SandboxKind, SandboxRecord } from '../model.js';
import { EmbeddedNames } from './embedded-names.js';
import { networkRequest, sandboxRequest } from './fake-world.js';
import type { SandboxView } from './parts.js';
import { SandboxFiles } from './sandbox-files.js';
import { SandboxResolvConf } from './sandbox-resolvconf.js';

const network = (name: string): NetworkRecord => ({
  ...networkRequest(name),
  id: `${name}-id`,
  created: '2026-01-01T00:00:00.000Z',
  scope: 'local',
  predefined: name === 'bridge',
  subnets: [],
});

const endpoint = (name: string, ipv4: string): EndpointRecord => ({
  id: `endpoint-${name}`,
  networkId: `${name}-id`,
  sandboxId: 'box',
  request: { aliases: [], driverOptions: {}, gatewayPriority: 0 },
  interface: { name: 'eth0', mac: '02:00:00:00:00:01', ipv4 },
  dnsNames: ['box'],
  bindings: [],
  plan: [],
  portPlan: [],
});

describe('files and names of a sandbox', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-files-'));
    writeFileSync(path('host-resolv.conf'), 'nameserver 192.0.2.53\nsearch example.org\n');
    writeFileSync(path('host-hosts'), '127.0.0.1\tlocalhost\n192.0.2.1\tthehost\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const resolvConf = () =>
    new SandboxResolvConf({ path: path('host-resolv.conf'), behindStub: path('stub') });
  const files = () => new SandboxFiles({ resolvConf: resolvConf(), hostsPath: path('host-hosts') });

  function view(
    endpoints: readonly EndpointRecord[],
    kind: SandboxKind = { type: 'own' },
    extraHosts: readonly string[] = [],
  ): SandboxView {
    const { attachments: _, ...base } = sandboxRequest('box', []);
    const sandbox: SandboxRecord = {
      ...base,
      kind,
      netnsPath: '/netns/box',
      domainname: 'lab',
      resolver: { ...base.resolver, extraHosts },
      files: { hosts: path('hosts'), resolvConf: path('resolv.conf'), hostname: path('hostname') },
      endpoints,
    };
    const attachments = endpoints.map((one) => {
      const name = one.networkId.replace('-id', '');
      return { endpoint: one, network: network(name), resolvesNames: name !== 'bridge' };
    });
    return { sandbox, attachments, hasGateway: true, hostGateways: ['172.17.0.1'], linked: [] };
  }

  const onBridge = endpoint('bridge', '172.17.0.2/16');
  const onWeb = endpoint('web', '172.18.0.2/16');

  it('writes hosts with the extra ones and its own addresses, and the hostname', async () => {
    await files().write(view([onBridge], { type: 'own' }, ['db:10.0.0.5', 'up:host-gateway']));
    expect(read('hostname')).to.equal('box\n');
    const lines = read('hosts').split('\n');
    expect(lines).to.include.members([
      '127.0.0.1\tlocalhost',
      '10.0.0.5\tdb',
      '172.17.0.1\tup',
      '172.17.0.2\tbox.lab box',
    ]);
    expect(read('resolv.conf')).to.match(/^nameserver 192\.0\.2\.53$/m);
  });

  it('has no line with IPv6 where the container has none', async () => {
    const plain = view([onBridge], { type: 'own' }, ['db:fd00::5', 'db:10.0.0.5']);
    await files().write({ ...plain, sandbox: { ...plain.sandbox, withoutIPv6: true } });
    expect(read('hosts')).to.equal('127.0.0.1\tlocalhost\n10.0.0.5\tdb\n172.17.0.2\tbox.lab box\n');
  });

  it('names linked containers, and follows their addresses, in our lines only', async () => {
    const linked = (address: string) => [{ address, names: ['db', 'dbhost', 'mysql'] }];
    await files().write({ ...view([onBridge]), linked: linked('172.17.0.3') });
    expect(read('hosts')).to.include('172.17.0.3\tdb dbhost mysql\n172.17.0.2\tbox.lab box\n');
    writeFileSync(path('hosts'), `${read('hosts')}10.9.9.9\tdb-mine db\nfd00::3\tdb dbhost\n`);
    const before = read('hosts');
    await files().relink({ ...view([onBridge]), linked: linked('172.17.0.9') });
    expect(read('hosts')).to.equal(before.replace('172.17.0.3', '172.17.0.9'));
    const unlinked = [{ address: '172.17.0.9', names: ['db', 'dbhost', 'renamed'] }];
    await files().update(view([onBridge]), { unlinked });
    expect(read('hosts')).to.equal(before.replace('172.17.0.3\tdb dbhost mysql\n', ''));
  });

  it('has no line for a leg on the gateway network', async () => {
    await files().write(view([onBridge, { ...onWeb, name: 'gateway_box' }]));
    expect(read('hosts')).not.to.include('172.18.0.2');
  });

  it("shares the host's files on the host, with the extra hosts added", async () => {
    await files().write(view([], { type: 'host' }, ['db:10.0.0.5']));
    expect(read('hosts')).to.equal(`${read('host-hosts')}10.0.0.5\tdb\n`);
    expect(read('resolv.conf')).to.equal(read('host-resolv.conf'));
  });

  it('follows connect and disconnect, and touches only what it wrote itself', async () => {
    await files().write(view([onBridge]));
    writeFileSync(path('hosts'), `${read('hosts')}10.9.9.9\tmine\n`);
    await files().update(view([onBridge, onWeb]), { added: onWeb });
    expect(read('resolv.conf')).to.match(/^nameserver 127\.0\.0\.11$/m);
    expect(read('hosts')).to.include('172.18.0.2\tbox.lab box\n');
    writeFileSync(path('resolv.conf'), 'nameserver 10.9.9.9\n');
    await files().update(view([onWeb]), { removed: onBridge });
    expect(read('hosts')).to.include('10.9.9.9\tmine\n').and.not.include('172.17.0.2');
    expect(read('resolv.conf')).to.equal('nameserver 10.9.9.9\n');
  });

  it("at a restart picks up the host's changes, unless the user has edited the file", async () => {
    await files().write(view([onBridge]));
    writeFileSync(path('host-resolv.conf'), 'nameserver 192.0.2.99\n');
    await files().write(view([onBridge]));
    expect(read('resolv.conf')).to.match(/^nameserver 192\.0\.2\.99$/m);
    const edited = `${read('resolv.conf')}nameserver 10.9.9.9\n`;
    writeFileSync(path('resolv.conf'), edited);
    writeFileSync(path('host-resolv.conf'), 'nameserver 192.0.2.100\n');
    await files().write(view([onBridge]));
    expect(read('resolv.conf')).to.equal(edited);
    rmSync(path('resolv.conf'));
    await files().write(view([onBridge]));
    expect(read('resolv.conf')).to.match(/^nameserver 192\.0\.2\.100$/m);
  });

  it('a file half-written by a daemon that was killed does not pass for edited', async () => {
    await files().write(view([onBridge]));
    rmSync(path('resolv.conf.hash'));
    writeFileSync(path('resolv.conf'), '# Gener');
    await files().update(view([onBridge, onWeb]), { added: onWeb });
    expect(read('resolv.conf')).to.match(/^nameserver 127\.0\.0\.11$/m);
    expect(read('resolv.conf.hash')).to.equal(resolvConfHash(read('resolv.conf')));
  });

  it("reads systemd-resolved's full file where the host names only its stub, if it is there", async () => {
    writeFileSync(path('host-resolv.conf'), 'nameserver 127.0.0.53\n');
    const upstreams = async () => (await resolvConf().of(view([onWeb]))).upstreams;
    expect(await upstreams()).to.deep.equal([{ address: '127.0.0.53', from: 'host' }]);
    writeFileSync(path('stub'), 'nameserver 192.0.2.1\n');
    expect(await upstreams()).to.deep.equal([{ address: '192.0.2.1', from: 'host' }]);
    await files().write(view([], { type: 'host' }));
    expect(read('resolv.conf')).to.equal('nameserver 127.0.0.53\n');
  });

  it('serves names once a sandbox, and lets the server see each change', async () => {
    const served: DnsSandbox[] = [];
    let closed = 0;
    const opened: string[] = [];
    const registry = new NameRegistry();
    const names = new EmbeddedNames({
      registry,
      server: {
        serve: (sandbox) => {
          served.push(sandbox);
          return { [Symbol.dispose]: () => void closed++ };
        },
      },
      sockets: {
        open: (netnsPath) => {
          opened.push(netnsPath);
          return { udpFd: 3, tcpFd: 4 };
        },
      },
      resolvConf: resolvConf(),
    });
    names.announce(network('web'), onWeb);
    await names.serve(view([onBridge, onWeb]));
    const [sandbox] = served;
    expect(sandbox?.upstreams).to.deep.equal([{ address: '192.0.2.53', from: 'host' }]);
    expect(sandbox?.view.networks).to.deep.equal([{ networkId: 'web-id' }]);
    const links = [{ name: 'box', alias: 'Www' }];
    await names.serve(view([{ ...onWeb, request: { ...onWeb.request, links } }]));
    expect(sandbox && registry.lookup(sandbox.view, 'www', [4])?.addresses).to.have.length(1);
    expect(sandbox && registry.lookup(sandbox.view, 'box', [4])?.addresses).to.have.length(1);
    expect(sandbox)
      .to.include({ hasIPv6: false })
      .and.to.have.deep.property('search', ['example.org']);
    const onApps = endpoint('apps', '172.19.0.2/16');
    const first = { ...onWeb, request: { ...onWeb.request, gatewayPriority: 1 } };
    await names.serve(view([onWeb, onApps]));
    expect(
      sandbox?.view.networks.map(({ networkId }) => networkId),
      'by name',
    ).to.deep.equal(['apps-id', 'web-id']);
    await names.serve(view([onApps, first]));
    expect(sandbox?.view.networks[0]?.networkId, 'by priority').to.equal('web-id');
    await names.serve({ ...view([onWeb]), hasGateway: false });
    expect(sandbox?.hasGateway).to.equal(false);
    names.withdraw(onWeb);
    expect(sandbox && registry.lookup(sandbox.view, 'box', [4])).to.equal(undefined);
    await names.stopAll();
    await names.stop('box');
    expect([opened, served.length, closed]).to.deep.equal([['/netns/box'], 1, 1]);
  });
});
