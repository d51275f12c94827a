import { expect } from 'chai';
import { image, isDocker, useSetting } from './setting.js';

/** What a container may not ask for, and the words in which it is told. */
type Refusal = readonly [what: string, host: object, words: string];

const MB = 1024 * 1024;

const atCreate: readonly Refusal[] = [
  ['too little memory', { Memory: MB }, 'Minimum memory limit allowed is 6MB'],
  [
    'less swap than memory',
    { Memory: 64 * MB, MemorySwap: 32 * MB },
    'Minimum memoryswap limit should be larger than memory limit, see usage',
  ],
  [
    'swap without memory',
    { MemorySwap: 32 * MB },
    'You should always set the Memory limit when using Memoryswap limit, see usage',
  ],
  [
    'a swappiness',
    { MemorySwappiness: 101 },
    'Invalid value: 101, valid memory swappiness range is 0-100',
  ],
  ['a small reservation', { MemoryReservation: MB }, 'Minimum memory reservation allowed is 6MB'],
  [
    'a reservation over the limit',
    { Memory: 64 * MB, MemoryReservation: 65 * MB },
    'Minimum memory limit can not be less than memory reservation limit, see usage',
  ],
  [
    'CPUs twice',
    { NanoCpus: 1e9, CpuPeriod: 100_000 },
    'Conflicting options: Nano CPUs and CPU Period cannot both be set',
  ],
  [
    'CPUs twice by quota',
    { NanoCpus: 1e9, CpuQuota: 100_000 },
    'Conflicting options: Nano CPUs and CPU Quota cannot both be set',
  ],
  ['more CPUs than there are', { NanoCpus: 4096e9 }, 'range of CPUs is from 0.01 to '],
  [
    'a period',
    { CpuPeriod: 1 },
    'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
  ],
  ['a quota', { CpuQuota: 1 }, 'CPU cfs quota can not be less than 1ms (i.e. 1000)'],
  [
    'CPUs that are not there',
    { CpusetCpus: '0,4000' },
    'Requested CPUs are not available - requested 0,4000, available: 0',
  ],
  [
    'memory nodes that are not there',
    { CpusetMems: '4000' },
    'Requested memory nodes are not available - requested 4000, available: 0',
  ],
  ['no list of CPUs', { CpusetCpus: 'one' }, 'Invalid value one for cpuset cpus'],
  [
    'real time over its period',
    { CpuRealtimePeriod: 1000, CpuRealtimeRuntime: 2000 },
    'cpu real-time runtime cannot be higher than cpu real-time period',
  ],
  ['a cgroup namespace', { CgroupnsMode: 'nope' }, 'invalid cgroup namespace mode: nope'],
  ['a size of /dev/shm', { ShmSize: -1 }, 'SHM size can not be less than 0'],
  [
    'an OOM score',
    { OomScoreAdj: 1001 },
    'Invalid value 1001, range for oom score adj is [-1000, 1000]',
  ],
  ['a capability', { CapAdd: ['FLY'] }, 'invalid CapAdd: unknown capability: "CAP_FLY"'],
  ['a capability to drop', { CapDrop: ['FLY'] }, 'invalid CapDrop: unknown capability: "CAP_FLY"'],
  ['a security option', { SecurityOpt: ['x=y'] }, 'invalid --security-opt 2: "x=y"'],
  ['a security option without value', { SecurityOpt: ['x'] }, 'invalid --security-opt 1: "x"'],
  [
    'an odd no-new-privileges',
    { SecurityOpt: ['no-new-privileges=perhaps'] },
    'invalid --security-opt 2: "no-new-privileges=perhaps"',
  ],
  ['a runtime', { Runtime: 'nope' }, 'nope'],
  ['a PID namespace of nobody', { PidMode: 'container:nobody' }, 'No such container: nobody'],
  ['an IPC namespace of nobody', { IpcMode: 'container:nobody' }, 'No such container: nobody'],
  ['a tmpfs over everything', { Tmpfs: { '/': '' } }, "destination can't be '/'"],
  ['a tmpfs nowhere', { Tmpfs: { tmp: '' } }, 'mount path must be absolute'],
];

/** Docker 20.10 takes most of these for private; later ones refuse them at once, and so do we. */
const modes: readonly Refusal[] = [
  ['an IPC mode', { IpcMode: 'nope' }, 'invalid IPC mode: nope'],
  ['a PID mode', { PidMode: 'nope' }, 'invalid PID mode: nope'],
  ['a UTS mode', { UTSMode: 'nope' }, 'invalid UTS mode: nope'],
];

const atStart: readonly Refusal[] = [
  [
    'a setting of the machine',
    { Sysctls: { 'vm.swappiness': '1' } },
    'sysctl "vm.swappiness" is not in a separate kernel namespace',
  ],
  [
    "a network setting of the host's",
    { NetworkMode: 'host', Sysctls: { 'net.ipv4.ip_forward': '1' } },
    'sysctl "net.ipv4.ip_forward" not allowed in host network namespace',
  ],
  [
    'a device',
    { Devices: [{ PathOnHost: '/dev/nope', PathInContainer: '/dev/nope' }] },
    'error gathering device information while adding custom device "/dev/nope": ',
  ],
  [
    'a file for a device',
    { Devices: [{ PathOnHost: '/etc/passwd', PathInContainer: '/dev/x' }] },
    'error gathering device information while adding custom device "/etc/passwd": not a device node',
  ],
  [
    'a device rule',
    { DeviceCgroupRules: ['c 1:3 x'] },
    "invalid device cgroup rule format: 'c 1:3 x'",
  ],
  [
    'a GPU',
    { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] },
    'could not select device driver "" with capabilities: [[gpu]]',
  ],
  [
    'a profile',
    { SecurityOpt: ['seccomp={'] },
    'Decoding seccomp profile failed: unexpected end of JSON input',
  ],
  ['a tmpfs option', { Tmpfs: { '/t': 'foo' } }, 'invalid tmpfs option ["foo"]'],
  [
    'the rate of no device',
    { BlkioDeviceReadBps: [{ Path: '/dev/nope', Rate: 1 }] },
    '/dev/nope: no such file or directory',
  ],
];

describe('API: isolation', () => {
  const daemon = useSetting();

  for (const [what, host, words] of atCreate) {
    it(`refuses to create a container with ${what}`, () => {
      const body = { Image: image, Cmd: ['true'], HostConfig: host };
      // What dockerd says of these is 500 there, though it is the client that can mend it.
      const isOdd = isDocker && /real-time|--security-opt/.test(words);
      return daemon.it.refused('POST /containers/create', isOdd ? 500 : 400, words, { body });
    });
  }

  for (const [what, host, words] of modes) {
    it(`refuses ${what} that there is not`, function () {
      // Docker 20.10 takes any word for a mode here, and finds out at the start or never.
      if (isDocker) this.skip();
      const body = { Image: image, Cmd: ['true'], HostConfig: host };
      return daemon.it.refused('POST /containers/create', 400, words, { body });
    });
  }

  for (const [what, host, words] of atStart) {
    it(`refuses to start a container with ${what}`, async () => {
      const name = await daemon.it.container({ HostConfig: host });
      const { status, text } = await daemon.it.send(`POST /containers/${name}/start`);
      expect(status).to.be.within(400, 500);
      expect(JSON.parse(text).message.toLowerCase()).to.include(words.toLowerCase());
    });
  }

  it('says what it could not limit', async () => {
    const { Warnings } = await daemon.it.ok<{ Warnings: string[] }>('POST /containers/create', {
      body: {
        Image: image,
        Cmd: ['true'],
        HostConfig: { BlkioWeight: 100, OomKillDisable: true, KernelMemory: 64 * MB },
      },
    });
    expect(Warnings).to.include.members([
      'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.',
      'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
    ]);
  });

  it('shows what was filled in', async () => {
    const name = await daemon.it.container({
      HostConfig: { Memory: 64 * MB, CapAdd: ['net_admin'], Privileged: true },
    });
    const { HostConfig: host } = await daemon.it.ok<{ HostConfig: object }>(
      `GET /containers/${name}/json`,
    );
    expect(host).to.include({
      MemorySwap: 128 * MB,
      IpcMode: 'private',
      CgroupnsMode: 'host',
      OomKillDisable: false,
      ShmSize: 64 * MB,
      MemorySwappiness: null,
    });
    expect(host).to.deep.include({ CapAdd: ['net_admin'], SecurityOpt: ['label=disable'] });
  });

  it('shows what is hidden, unless nothing is', async () => {
    const shown = async (host: object) => {
      const name = await daemon.it.container({ HostConfig: host });
      const { HostConfig } = await daemon.it.ok<{
        HostConfig: { MaskedPaths: string[] | null; ReadonlyPaths: string[] | null };
      }>(`GET /containers/${name}/json`);
      return HostConfig;
    };
    const { MaskedPaths, ReadonlyPaths } = await shown({});
    expect(MaskedPaths).to.include.members(['/proc/kcore', '/proc/keys', '/sys/firmware']);
    expect(ReadonlyPaths).to.include.members(['/proc/sys', '/proc/sysrq-trigger']);
    expect(await shown({ Privileged: true })).to.include({
      MaskedPaths: null,
      ReadonlyPaths: null,
    });
    const all = await shown({ MaskedPaths: [], ReadonlyPaths: [] });
    expect([all.MaskedPaths, all.ReadonlyPaths]).to.deep.equal([[], []]);
  });

  it('joins the namespaces of a container that runs and shares them', async () => {
    const still = await daemon.it.container();
    const [alone, shares] = await Promise.all([
      daemon.it.running({ HostConfig: { IpcMode: 'private' } }),
      daemon.it.running({ HostConfig: { IpcMode: 'shareable' } }),
    ]);
    const start = async (host: object) => {
      const name = await daemon.it.container({ HostConfig: host });
      const { status, text } = await daemon.it.send(`POST /containers/${name}/start`);
      return status === 204 ? 'started' : `${status} ${JSON.parse(text).message}`;
    };
    expect(await start({ PidMode: `container:${alone}` })).to.equal('started');
    expect(await start({ IpcMode: `container:${shares}` })).to.equal('started');
    expect(await start({ IpcMode: `container:${alone}` })).to.include(
      'non-shareable IPC (hint: use IpcMode:shareable for the donor container)',
    );
    expect(await start({ PidMode: `container:${still}` })).to.match(/is not running$/);
    expect(await start({ IpcMode: `container:${still}` })).to.match(/is not running$/);
  });
});
