import { expect } from 'chai';
import { FakeClock } from '../../base/clock.js';
import { FakeContext } from '../containers/fake-context.js';
import { viewOf } from '../containers/fake-view.js';
import { summarize } from '../containers/list.js';
import { startContainer } from '../containers/start.js';
import { pauseContainer } from '../containers/stop.js';
import { EventBus } from '../events.js';
import { SystemService } from './backend.js';
import type { DaemonFacts } from './facts.js';
import { securityOptions } from './info.js';

const facts: DaemonFacts = {
  version: '1.2.3',
  gitCommit: 'c0ffee',
  buildTime: '',
  dataRoot: '/data',
  live: () => ({
    debug: false,
    liveRestore: true,
    labels: ['a=b'],
    authorizationPlugins: [],
    insecureRegistries: ['box:5000', '10.0.0.0/8'],
    registryMirrors: [],
    defaults: { cgroupnsMode: '' },
  }),
  openAddresses: [],
  proxies: { http: 'http://me:secret@proxy:1', https: '', no: 'x' },
  noRawTable: false,
  storageStatus: async () => [['Backing Filesystem', 'extfs']],
  volumePlugins: async () => ['shelf'],
  logDrivers: () => ['json-file'],
  loggingDriver: () => 'json-file',
  runtimes: () => ({ byName: { crun: { path: '/usr/bin/crun' } }, default: 'crun' }),
  initBinary: () => 'tini',
  forwarding: () => true,
  apiVersion: '1.48',
  minApiVersion: '1.24',
  id: 'an-id',
  storageDriver: 'overlay2',
  firewallBackend: 'nftables',
  firewallReloadedAt: () => new Date(0),
  cgroupVersion: '2',
  remapsUsers: false,
  seccompProfile: 'builtin',
  noNewPrivileges: false,
  runtime: { name: 'crun', path: '/usr/bin/crun', version: '1.8' },
  networkDrivers: ['bridge', 'host', 'null'],
  addressPools: [{ base: '10.0.0.0/8', size: 24 }],
  hostname: () => 'the-host',
};

describe('securityOptions', () => {
  const files = (there: Readonly<Record<string, string>>) => ({
    exists: (path: string) => path in there,
    read: (path: string) => there[path],
  });
  const usual = { '/proc/sys/kernel/seccomp': '', '/proc/self/ns/cgroup': '' };
  const live = (cgroupnsMode: string) => () => ({ ...facts.live(), defaults: { cgroupnsMode } });
  const cases: [string, Partial<DaemonFacts>, Readonly<Record<string, string>>, string[]][] = [
    ['the usual', {}, usual, ['seccomp,profile=builtin', 'cgroupns']],
    ['nothing in the kernel', {}, {}, []],
    ['AppArmor', {}, { '/sys/module/apparmor/parameters/enabled': 'Y\n' }, ['apparmor']],
    ['AppArmor that is off', {}, { '/sys/module/apparmor/parameters/enabled': 'N\n' }, []],
    [
      'a profile of the user',
      { seccompProfile: '/etc/mine.json', noNewPrivileges: true },
      usual,
      ['seccomp,profile=/etc/mine.json', 'cgroupns', 'no-new-privileges'],
    ],
    [
      'users of their own',
      { remapsUsers: true, cgroupVersion: '1' },
      usual,
      ['seccomp,profile=builtin', 'userns'],
    ],
    ['the host’s cgroups', { live: live('host') }, usual, ['seccomp,profile=builtin']],
    [
      'their own cgroups of version 1',
      { live: live('private'), cgroupVersion: '1' },
      usual,
      ['seccomp,profile=builtin', 'cgroupns'],
    ],
  ];
  for (const [what, given, there, wanted] of cases) {
    it(`tell of ${what}`, () => {
      const found = securityOptions({ ...facts, ...given }, files(there));
      expect(found).to.deep.equal(wanted.map((one) => `name=${one}`));
    });
  }
});

describe('SystemService', () => {
  let world: FakeContext;
  let system: SystemService;
  beforeEach(async () => {
    world = new FakeContext();
    const now = world.clock.now();
    system = new SystemService({
      facts,
      counts: {
        containers: async () =>
          world.registry.all().map((c) => summarize(viewOf(world), c, { imageName: 'box', now })),
        images: async () => [
          { Id: 'sha256:a', Size: 1 },
          { Id: 'sha256:b', Size: 2 },
        ],
        layersOf: () => [],
        volumes: async () => [{ Name: 'data' }],
      },
      events: new EventBus(new FakeClock()),
      clock: world.clock,
    });
    for (const name of ['created', 'running', 'paused']) {
      const container = await world.create(name);
      if (name !== 'created') await startContainer(world, container);
      if (name === 'paused') await pauseContainer(world, container);
    }
  });
  afterEach(() => world[Symbol.dispose]());

  it('counts containers by state, and images', async () => {
    expect(await system.info()).to.include({
      Containers: 3,
      ContainersRunning: 1,
      ContainersPaused: 1,
      ContainersStopped: 1,
      Images: 2,
      IPv4Forwarding: true,
    });
  });

  it('tells what it is and runs with', async () => {
    expect(await system.info()).to.deep.include({
      ID: 'an-id',
      Name: 'the-host',
      FirewallBackend: {
        Driver: 'nftables',
        Info: [['ReloadedAt', '1970-01-01T00:00:00.000Z']],
      },
      ServerVersion: '1.2.3',
      Plugins: {
        Volume: ['local', 'shelf'],
        Network: ['bridge', 'host', 'null'],
        Authorization: null,
        Log: ['json-file'],
      },
      Runtimes: { crun: { path: '/usr/bin/crun' } },
      DefaultRuntime: 'crun',
      DefaultAddressPools: [{ Base: '10.0.0.0/8', Size: 24 }],
      CgroupVersion: '2',
      SystemTime: '2026-01-01T00:00:00.000Z',
    });
    expect(await system.version()).to.include({
      Version: '1.2.3',
      ApiVersion: '1.48',
      MinAPIVersion: '1.24',
      GitCommit: 'c0ffee',
      Os: 'linux',
    });
  });

  it('lists what takes place on the disk', async () => {
    const usage = await system.diskUsage([]);
    expect(usage).to.have.property('Images').with.length(2);
    expect(usage).to.have.property('Containers').with.length(3);
  });
});
