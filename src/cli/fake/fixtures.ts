/** What the fake daemon of the CLI's tests answers: a small world of containers, images and networks. */

/** Noon of the day when all ages in the fixtures were made, in seconds since the epoch, counted back from `now`. */
function secondsAgo(nowMs: number, seconds: number): number {
  return Math.floor(nowMs / 1000) - seconds;
}

const id = (digit: string) => digit.repeat(64);

/** Ids of the fixtures. */
export const ids = {
  web: `a1${'b2'.repeat(31)}`,
  job: `c3${'d4'.repeat(31)}`,
  image: `sha256:${id('7')}`,
  dangling: `sha256:${id('8')}`,
  bridge: id('1'),
  net: `5e${'6f'.repeat(31)}`,
  created: `e5${'f6'.repeat(31)}`,
  exec: id('9'),
};

const endpoint = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  MacAddress: '02:42:ac:11:00:02',
  DriverOpts: null,
  GwPriority: 0,
  NetworkID: ids.bridge,
  EndpointID: id('2'),
  Gateway: '172.17.0.1',
  IPAddress: '172.17.0.2',
  IPPrefixLen: 16,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
};

const webMounts = [
  {
    Type: 'bind',
    Source: '/srv/a-rather-long-folder/www',
    Destination: '/www',
    Mode: 'ro',
    RW: false,
    Propagation: 'rprivate',
  },
  {
    Type: 'volume',
    Name: 'data',
    Source: '',
    Destination: '/data',
    Driver: 'local',
    Mode: 'z',
    RW: true,
    Propagation: '',
  },
];

/** `GET /containers/json`. */
export function containers(nowMs: number): readonly object[] {
  return [
    {
      Id: ids.web,
      Names: ['/web'],
      Image: 'nginx:1.27',
      ImageID: ids.image,
      Command: "/docker-entrypoint.sh nginx -g 'daemon off;'",
      Created: secondsAgo(nowMs, 130),
      Ports: [
        { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
        { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
        { IP: '0.0.0.0', PrivatePort: 9001, PublicPort: 9001, Type: 'tcp' },
        { IP: '0.0.0.0', PrivatePort: 9000, PublicPort: 9000, Type: 'tcp' },
        { IP: '0.0.0.0', PrivatePort: 9002, PublicPort: 9002, Type: 'tcp' },
        { PrivatePort: 443, Type: 'tcp' },
        { PrivatePort: 53, Type: 'udp' },
        { IP: '127.0.0.1', PrivatePort: 5353, PublicPort: 32768, Type: 'udp' },
      ],
      SizeRw: 1095,
      SizeRootFs: 187_654_321,
      Labels: { tier: 'front', 'com.example.team': 'net <&> ops' },
      State: 'running',
      Status: 'Up 2 minutes',
      HostConfig: { NetworkMode: 'bridge' },
      NetworkSettings: { Networks: { bridge: endpoint } },
      Mounts: webMounts,
    },
    {
      Id: ids.job,
      Names: ['/a-job-with-a-long-name', '/web/job'],
      Image: ids.image,
      ImageID: ids.image,
      Command: 'sh',
      Created: secondsAgo(nowMs, 3 * 3600 + 5),
      Ports: [],
      Labels: {},
      State: 'exited',
      Status: 'Exited (0) 3 hours ago',
      HostConfig: { NetworkMode: 'none' },
      NetworkSettings: { Networks: { none: endpoint } },
      Mounts: [],
    },
  ];
}

/** `GET /images/json`. */
export function images(nowMs: number): readonly object[] {
  const common = { Labels: null, ParentId: '', SharedSize: -1, Containers: -1 };
  return [
    {
      ...common,
      Id: ids.image,
      RepoTags: ['nginx:1.27'],
      RepoDigests: [`nginx@sha256:${id('a')}`],
      Created: secondsAgo(nowMs, 40 * 86_400),
      Size: 187_654_321,
    },
    {
      ...common,
      Id: ids.image.replaceAll('7', '6'),
      RepoTags: ['registry.example:5000/team/nginx:stable'],
      RepoDigests: null,
      Created: secondsAgo(nowMs, 50 * 86_400),
      Size: 999,
    },
    {
      ...common,
      Id: ids.dangling,
      RepoTags: [],
      RepoDigests: [],
      Created: secondsAgo(nowMs, 70),
      Size: 4_261_550,
    },
  ];
}

const subnet = { Subnet: '172.17.0.0/16', Gateway: '172.17.0.1' };

/** `GET /networks`. */
export function networks(): readonly object[] {
  const network = (Name: string, Id: string, Driver: string, more: object = {}) => ({
    Name,
    Id,
    Created: '2026-01-02T03:04:05.678901234Z',
    Scope: 'local',
    Driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: [subnet] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: {},
    Options: {},
    Labels: {},
    ...more,
  });
  return [
    network('bridge', ids.bridge, 'bridge', {
      Options: { 'com.docker.network.bridge.name': 'docker0' },
    }),
    network('zeta', ids.net, 'bridge', { Internal: true, Labels: { a: 'b' } }),
    network('host', id('3'), 'host'),
    network('none', id('4'), 'null'),
  ];
}

/** `GET /containers/web/json`. Long enough to show every kind of value that templates meet. */
export const inspected = {
  Id: ids.web,
  Created: '2026-01-02T03:04:05.678901234Z',
  Path: '/docker-entrypoint.sh',
  Args: ['nginx', '-g', 'daemon off; echo <&>'],
  State: {
    Status: 'running',
    Running: true,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: 4242,
    ExitCode: 0,
    Error: '',
    StartedAt: '2026-01-02T03:04:06.1Z',
    FinishedAt: '0001-01-01T00:00:00Z',
  },
  Image: ids.image,
  ResolvConfPath: '/var/lib/x/resolv.conf',
  HostnamePath: '/var/lib/x/hostname',
  HostsPath: '/var/lib/x/hosts',
  LogPath: '',
  Name: '/web',
  RestartCount: 0,
  Driver: 'overlay2',
  Platform: 'linux',
  MountLabel: '',
  ProcessLabel: '',
  AppArmorProfile: '',
  ExecIDs: null,
  HostConfig: {
    Binds: ['/srv:/www:ro'],
    NetworkMode: 'bridge',
    PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] },
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    AutoRemove: false,
    CapAdd: null,
    Memory: 536_870_912,
    NanoCpus: 1_500_000_000,
    PidsLimit: null,
    Privileged: false,
  },
  GraphDriver: { Name: 'overlay2', Data: null },
  Mounts: [
    {
      Type: 'bind',
      Source: '/srv',
      Destination: '/www',
      Mode: 'ro',
      RW: false,
      Propagation: 'rprivate',
    },
  ],
  Config: {
    Hostname: 'web',
    Tty: false,
    OpenStdin: false,
    Env: ['PATH=/usr/bin:/bin', 'LANG=C'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    Image: 'nginx:1.27',
    Entrypoint: ['/docker-entrypoint.sh'],
    Labels: { tier: 'front', 'com.example.team': 'net' },
    ExposedPorts: { '80/tcp': {}, '443/tcp': {} },
  },
  NetworkSettings: {
    Bridge: '',
    SandboxID: id('6'),
    SandboxKey: '/run/netns/x',
    Ports: {
      '443/tcp': null,
      '80/tcp': [
        { HostIp: '0.0.0.0', HostPort: '8080' },
        { HostIp: '::', HostPort: '8080' },
      ],
    },
    IPAddress: '172.17.0.2',
    Networks: { bridge: endpoint, frontend: { ...endpoint, IPAddress: '10.9.0.7' } },
  },
};

/** `GET /images/nginx/json`. */
export const inspectedImage = {
  Id: ids.image,
  RepoTags: ['nginx:1.27'],
  RepoDigests: [],
  Parent: '',
  Comment: '',
  Created: '2025-12-01T00:00:00Z',
  DockerVersion: '',
  Author: '',
  Config: { Env: ['PATH=/bin'], Cmd: ['sh'], Labels: null },
  Architecture: 'amd64',
  Os: 'linux',
  Size: 187_654_321,
  GraphDriver: { Data: {}, Name: 'overlay2' },
  RootFS: { Type: 'layers', Layers: [`sha256:${id('d')}`] },
  Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
};

/** `GET /events`. */
export const events: readonly object[] = [
  {
    status: 'start',
    id: ids.web,
    from: 'nginx:1.27',
    Type: 'container',
    Action: 'start',
    Actor: { ID: ids.web, Attributes: { name: 'web', image: 'nginx:1.27' } },
    scope: 'local',
    time: 1_767_323_046,
    timeNano: 1_767_323_046_100_000_000,
  },
  {
    Type: 'network',
    Action: 'connect',
    Actor: { ID: ids.bridge, Attributes: { container: ids.web, name: 'bridge', type: 'bridge' } },
    scope: 'local',
    time: 1_767_323_046,
    timeNano: 1_767_323_046_200_000_000,
  },
];
