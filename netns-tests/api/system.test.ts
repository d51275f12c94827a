import { expect } from 'chai';
import { image, useSetting } from './setting.js';

type Json = Readonly<Record<string, unknown>>;

/** Fields of `info` that both engines must have, by what they are. */
const fields: Readonly<Record<string, readonly string[]>> = {
  string: [
    ...[
      'ID',
      'Driver',
      'SystemTime',
      'LoggingDriver',
      'CgroupDriver',
      'CgroupVersion',
      'KernelVersion',
    ],
    ...[
      'OperatingSystem',
      'OSVersion',
      'OSType',
      'Architecture',
      'IndexServerAddress',
      'DockerRootDir',
    ],
    ...[
      'HttpProxy',
      'HttpsProxy',
      'NoProxy',
      'Name',
      'ServerVersion',
      'DefaultRuntime',
      'Isolation',
      'InitBinary',
    ],
  ],
  number: [
    ...['Containers', 'ContainersRunning', 'ContainersPaused', 'ContainersStopped', 'Images'],
    ...['NFd', 'NGoroutines', 'NEventsListener', 'NCPU', 'MemTotal'],
  ],
  boolean: [
    ...[
      'MemoryLimit',
      'SwapLimit',
      'CpuCfsPeriod',
      'CpuCfsQuota',
      'CPUShares',
      'CPUSet',
      'PidsLimit',
    ],
    ...['IPv4Forwarding', 'BridgeNfIptables', 'BridgeNfIp6tables', 'OomKillDisable', 'Debug'],
    ...['ExperimentalBuild', 'LiveRestoreEnabled'],
  ],
  object: [
    'Plugins',
    'RegistryConfig',
    'Runtimes',
    'Swarm',
    'ContainerdCommit',
    'RuncCommit',
    'InitCommit',
  ],
};

describe('API: system', () => {
  const daemon = useSetting();
  const info = () => daemon.it.ok<Json>('GET /info');

  it('info has every field, of the right kind', async () => {
    const all = await info();
    for (const [kind, names] of Object.entries(fields)) {
      for (const name of names) expect(typeof all[name], name).to.equal(kind);
    }
    for (const name of ['DriverStatus', 'Labels', 'SecurityOptions'])
      expect(all[name], name).to.be.an('array');
    expect(all).to.have.property('GenericResources', null);
  });

  it('info tells of plugins, runtimes and registries in Docker’s shapes', async () => {
    const all = await info();
    const plugins = all['Plugins'] as Record<string, string[] | null>;
    expect(plugins['Volume']).to.include('local');
    expect(plugins['Network']).to.include.members(['bridge', 'host', 'null', 'macvlan']);
    expect(plugins['Log']).to.include('json-file');
    expect(plugins['Authorization']).to.equal(null);
    expect(Object.keys(all['Runtimes'] as Json)).to.include(all['DefaultRuntime']);
    const registries = all['RegistryConfig'] as {
      IndexConfigs: Record<string, Json>;
      InsecureRegistryCIDRs: string[];
    };
    expect(registries.IndexConfigs['docker.io']).to.deep.equal({
      Name: 'docker.io',
      Mirrors: [],
      Secure: true,
      Official: true,
    });
    expect(registries.InsecureRegistryCIDRs).to.include('127.0.0.0/8');
    expect(all['Swarm']).to.include({ LocalNodeState: 'inactive', ControlAvailable: false });
    expect((all['DriverStatus'] as string[][])[0]?.[0]).to.equal('Backing Filesystem');
    expect(all['SecurityOptions']).to.satisfy((options: string[]) =>
      options.some((one) => one.startsWith('name=seccomp')),
    );
  });

  it('info counts containers in their states', async () => {
    const before = await info();
    const names = [
      await daemon.it.container(),
      await daemon.it.running(),
      await daemon.it.running(),
    ];
    await daemon.it.ok(`POST /containers/${names[2]}/pause`);
    const after = await info();
    const grown = (name: string) => Number(after[name]) - Number(before[name]);
    expect(
      ['Containers', 'ContainersRunning', 'ContainersPaused', 'ContainersStopped'].map(grown),
    ).to.deep.equal([3, 1, 1, 1]);
    for (const name of names) await daemon.it.ok(`DELETE /containers/${name}?force=1`);
  });

  it('version tells of the engine, and of the versions that it serves', async () => {
    const version = await daemon.it.ok<Json & { Components: { Name: string; Details: Json }[] }>(
      'GET /version',
    );
    for (const name of [
      'Version',
      'ApiVersion',
      'MinAPIVersion',
      'GitCommit',
      'GoVersion',
      'Os',
      'Arch',
      'KernelVersion',
      'BuildTime',
    ])
      expect(version[name], name).to.be.a('string');
    const engine = version.Components.find(({ Name }) => Name === 'Engine');
    expect(engine?.Details).to.include({ ApiVersion: version['ApiVersion'], Os: 'linux' });
  });

  it('events of networks and volumes, by every filter', async () => {
    const { Id } = await daemon.it.ok<{ Id: string }>('POST /networks/create', {
      body: { Name: 'told', Labels: { color: 'blue' } },
    });
    await daemon.it.ok('POST /volumes/create', { body: { Name: 'kept' } });
    const name = await daemon.it.running({
      Labels: { color: 'red' },
      HostConfig: { Binds: ['kept:/kept'] },
    });
    await daemon.it.ok(`POST /networks/told/connect`, { body: { Container: name } });
    await daemon.it.ok(`POST /networks/told/disconnect`, { body: { Container: name } });
    await daemon.it.ok(`DELETE /containers/${name}?force=1`);
    await daemon.it.ok('DELETE /volumes/kept');
    await daemon.it.ok('DELETE /networks/told');
    const actions = async (filters: Record<string, string[]>) =>
      (await daemon.it.events(filters)).map(({ Action }) => Action);
    // dockerd 20.10 tells of some things twice.
    const kinds = async (filters: Record<string, string[]>) => [...new Set(await actions(filters))];
    expect(await kinds({ network: ['told'] })).to.deep.equal([
      ...['create', 'connect', 'disconnect', 'destroy'],
    ]);
    expect(await actions({ network: [Id] })).to.deep.equal(await actions({ network: ['told'] }));
    expect(await kinds({ volume: ['kept'] })).to.deep.equal([
      'create',
      'mount',
      'unmount',
      'destroy',
    ]);
    expect(
      await kinds({ type: ['volume'], event: ['create', 'destroy'], volume: ['kept'] }),
    ).to.deep.equal(['create', 'destroy']);
    expect(await actions({ container: [name], event: ['create'] })).to.deep.equal(['create']);
    expect(
      await actions({ container: [name], event: ['create'], label: ['color=red'] }),
    ).to.deep.equal(['create']);
    expect(await actions({ container: [name], label: ['color=red', 'other'] })).to.deep.equal([]);
    expect(await actions({ container: [name], image: [image], event: ['destroy'] })).to.deep.equal([
      'destroy',
    ]);
    expect(await actions({ network: ['told'], scope: ['swarm'] })).to.deep.equal([]);
    expect(await actions({ network: ['told'], scope: ['local'] })).to.include('create');
    expect(await actions({ network: ['nobody'] })).to.deep.equal([]);
    expect(await actions({ daemon: ['nobody'] })).to.deep.equal([]);
  });

  it('refuses a time that ends before it begins, and passes unknown filters over', async () => {
    await daemon.it.refused(
      'GET /events?since=20&until=10',
      400,
      '`since` time (20) cannot be after',
    );
    await daemon.it.ok('POST /networks/create', { body: { Name: 'plain' } });
    await daemon.it.ok('DELETE /networks/plain');
    const events = await daemon.it.events({ network: ['plain'], nonsense: ['x'] });
    expect(events.map(({ Action }) => Action)).to.deep.equal(['create', 'destroy']);
  });
});
