import { expect } from 'chai';
import { image, isDocker, useSetting } from './setting.js';

/** A field's form: what `typeof` says, `list`, `map`, `null`; alternatives by `|`. */
type Shape = Readonly<Record<string, string>>;

/** Docker API: `ContainerInspectResponse` and below. Clients in typed languages fail on any other form. */
const inspect: Shape = {
  Id: 'string',
  Created: 'string',
  Path: 'string',
  Args: 'list',
  Image: 'string',
  Name: 'string',
  RestartCount: 'number',
  Driver: 'string',
  Platform: 'string',
  MountLabel: 'string',
  ProcessLabel: 'string',
  AppArmorProfile: 'string',
  ExecIDs: 'null|list',
  LogPath: 'string',
  HostnamePath: 'string',
  HostsPath: 'string',
  ResolvConfPath: 'string',
  Mounts: 'list',
  'State.Status': 'string',
  'State.Running': 'boolean',
  'State.Paused': 'boolean',
  'State.Restarting': 'boolean',
  'State.OOMKilled': 'boolean',
  'State.Dead': 'boolean',
  'State.Pid': 'number',
  'State.ExitCode': 'number',
  'State.Error': 'string',
  'State.StartedAt': 'string',
  'State.FinishedAt': 'string',
  'GraphDriver.Name': 'string',
  'GraphDriver.Data': 'map',
  'Config.Hostname': 'string',
  'Config.Env': 'list',
  'Config.Cmd': 'list',
  'Config.Entrypoint': 'null|list',
  'Config.Image': 'string',
  'Config.Volumes': 'null',
  'Config.OnBuild': 'null',
  'Config.Labels': 'map',
  'Config.ExposedPorts': 'absent',
  'Config.Healthcheck': 'absent',
  'Config.MacAddress': 'absent',
  'Config.NetworkDisabled': 'absent',
  'HostConfig.NetworkMode': 'string',
  'HostConfig.Binds': 'null',
  'HostConfig.PortBindings': 'map|null',
  'HostConfig.CapAdd': 'null',
  'HostConfig.Links': 'null',
  'HostConfig.ExtraHosts': 'null',
  'HostConfig.VolumesFrom': 'null',
  'HostConfig.SecurityOpt': 'null',
  'HostConfig.ConsoleSize': 'list',
  'HostConfig.LogConfig.Type': 'string',
  'HostConfig.LogConfig.Config': 'map',
  'HostConfig.RestartPolicy.Name': 'string',
  'HostConfig.RestartPolicy.MaximumRetryCount': 'number',
  'HostConfig.MemorySwappiness': 'null',
  'HostConfig.PidsLimit': 'null',
  'HostConfig.ShmSize': 'number',
  'HostConfig.MaskedPaths': 'list',
  'HostConfig.ReadonlyPaths': 'list',
  'HostConfig.Tmpfs': 'absent',
  'HostConfig.Mounts': 'absent',
  'HostConfig.StorageOpt': 'absent',
  'HostConfig.Annotations': 'absent',
  'NetworkSettings.Bridge': 'string',
  'NetworkSettings.SandboxID': 'string',
  'NetworkSettings.SandboxKey': 'string',
  'NetworkSettings.Ports': 'map',
  'NetworkSettings.IPAddress': 'string',
  'NetworkSettings.IPPrefixLen': 'number',
  'NetworkSettings.SecondaryIPAddresses': 'null',
  'NetworkSettings.Networks': 'map',
  'NetworkSettings.Networks.bridge.IPAMConfig': 'null',
  'NetworkSettings.Networks.bridge.Links': 'null',
  'NetworkSettings.Networks.bridge.Aliases': 'null',
  'NetworkSettings.Networks.bridge.NetworkID': 'string',
  'NetworkSettings.Networks.bridge.EndpointID': 'string',
  'NetworkSettings.Networks.bridge.Gateway': 'string',
  'NetworkSettings.Networks.bridge.IPAddress': 'string',
  'NetworkSettings.Networks.bridge.IPPrefixLen': 'number',
  'NetworkSettings.Networks.bridge.MacAddress': 'string',
  'NetworkSettings.Networks.bridge.DriverOpts': 'null',
};

/** Docker API: `ContainerSummary`. */
const summary: Shape = {
  Id: 'string',
  Names: 'list',
  Image: 'string',
  ImageID: 'string',
  Command: 'string',
  Created: 'number',
  Ports: 'list',
  Labels: 'map',
  State: 'string',
  Status: 'string',
  'HostConfig.NetworkMode': 'string',
  'NetworkSettings.Networks': 'map',
  Mounts: 'list',
  SizeRw: 'absent',
  SizeRootFs: 'absent',
};

/** Docker API: `Network`. */
const network: Shape = {
  Name: 'string',
  Id: 'string',
  Created: 'string',
  Scope: 'string',
  Driver: 'string',
  EnableIPv6: 'boolean',
  'IPAM.Driver': 'string',
  'IPAM.Options': 'null|map',
  'IPAM.Config': 'list',
  Internal: 'boolean',
  Attachable: 'boolean',
  Ingress: 'boolean',
  'ConfigFrom.Network': 'string',
  ConfigOnly: 'boolean',
  Containers: 'map',
  Options: 'map',
  Labels: 'map',
};

/** Docker API: `ImageSummary`. */
const imageSummary: Shape = {
  Id: 'string',
  ParentId: 'string',
  RepoTags: 'list',
  RepoDigests: 'list|null',
  Created: 'number',
  Size: 'number',
  SharedSize: 'number',
  Labels: 'null|map',
  Containers: 'number',
};

/** Docker API: `ImageInspect`. */
const imageInspect: Shape = {
  Id: 'string',
  RepoTags: 'list',
  RepoDigests: 'list',
  Parent: 'string',
  Comment: 'string',
  Created: 'string',
  Config: 'map',
  Architecture: 'string',
  Os: 'string',
  Size: 'number',
  'RootFS.Type': 'string',
  'RootFS.Layers': 'list',
  'Metadata.LastTagTime': 'string',
};

/** Docker API: `SystemInfo`, what the CLI shows. */
const info: Shape = {
  ID: 'string',
  Containers: 'number',
  ContainersRunning: 'number',
  Images: 'number',
  Driver: 'string',
  DriverStatus: 'list',
  'Plugins.Network': 'list',
  NCPU: 'number',
  MemTotal: 'number',
  SystemTime: 'string',
  SecurityOptions: 'list',
  'Swarm.LocalNodeState': 'string',
  Runtimes: 'map',
  Labels: 'list|null',
  Warnings: 'list|null',
};

describe('API: shapes', () => {
  const daemon = useSetting();

  it('shows a running container in Docker’s form', async () => {
    const name = await daemon.it.running();
    const shown = await daemon.it.ok<object>(`GET /containers/${name}/json`);
    check(shown, inspect);
    expect(shown).to.include({ Name: `/${name}`, Path: 'sleep' });
    const [line] = await daemon.it.ok<object[]>('GET /containers/json');
    check(line, summary);
    expect(line).to.deep.include({ Names: [`/${name}`], Image: image, Command: 'sleep 1000' });
    for (const time of ['Created', 'State.StartedAt']) {
      expect(at(shown, time)).to.match(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    }
    expect(at(shown, 'State.FinishedAt')).to.equal('0001-01-01T00:00:00Z');
  });

  it('shows published and exposed ports', async () => {
    const name = await daemon.it.running({
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8090' }] } },
    });
    const shown = await daemon.it.ok<object>(`GET /containers/${name}/json`);
    const ports = { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8090' }], '53/udp': null };
    expect(at(shown, 'NetworkSettings.Ports')).to.deep.equal(ports);
    expect(at(shown, 'Config.ExposedPorts')).to.deep.equal({ '80/tcp': {}, '53/udp': {} });
    const filters = encodeURIComponent(JSON.stringify({ name: [name] }));
    const [line] = await daemon.it.ok<{ Ports: object[] }[]>(
      `GET /containers/json?filters=${filters}`,
    );
    expect(line?.Ports).to.have.deep.members([
      { IP: '127.0.0.1', PrivatePort: 80, PublicPort: 8090, Type: 'tcp' },
      { PrivatePort: 53, Type: 'udp' },
    ]);
  });

  it('shows networks, images and itself in Docker’s form', async () => {
    for (const name of ['bridge', 'host', 'none']) {
      check(await daemon.it.ok<object>(`GET /networks/${name}`), network);
    }
    check((await daemon.it.ok<object[]>('GET /images/json'))[0], imageSummary);
    check(await daemon.it.ok<object>(`GET /images/${image}/json`), imageInspect);
    check(await daemon.it.ok<object>('GET /info'), info);
    const [history] = await daemon.it.ok<object[]>(`GET /images/${image}/history`);
    check(history, { Id: 'string', Created: 'number', CreatedBy: 'string', Size: 'number' });
    check(await daemon.it.ok<object>('GET /system/df'), {
      LayersSize: 'number',
      Images: 'list',
      Containers: 'list',
      Volumes: 'list|null',
    });
  });

  it('shows of a health check what was asked for', async () => {
    const Healthcheck = { Test: ['CMD', 'true'], Interval: 5_000_000_000 };
    const name = await daemon.it.container({ Healthcheck: { ...Healthcheck, Timeout: 0 } });
    const { Config } = await daemon.it.ok<{ Config: object }>(`GET /containers/${name}/json`);
    expect(Config).to.deep.include({ Healthcheck });
  });

  it('shows empty lists as lists', async () => {
    const filters = encodeURIComponent('{"label":["nope"]}');
    for (const path of ['containers', 'images']) {
      expect(await daemon.it.ok(`GET /${path}/json?filters=${filters}`)).to.deep.equal([]);
    }
    expect(await daemon.it.ok(`GET /networks?filters=${filters}`)).to.deep.equal([]);
    const created = await daemon.it.ok<object>('POST /containers/create', {
      body: { Image: image, Cmd: ['true'] },
    });
    check(created, { Id: 'string', Warnings: 'list' });
    const filter = encodeURIComponent('{"label":["nope"]}');
    expect(await daemon.it.ok(`POST /containers/prune?filters=${filter}`)).to.deep.equal({
      ContainersDeleted: null,
      SpaceReclaimed: 0,
    });
    expect(isDocker || created !== undefined).to.equal(true);
  });
});

function check(value: unknown, shape: Shape): void {
  const found = Object.keys(shape).map((path) => [path, formOf(at(value, path))] as const);
  const wrong = found.filter(([path, form]) => !shape[path]?.split('|').includes(form));
  expect(Object.fromEntries(wrong)).to.deep.equal({});
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], value);
}

function formOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' ? 'map' : typeof value;
}
