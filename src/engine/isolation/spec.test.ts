import { expect } from 'chai';
import * as v from 'valibot';
import {
  type ContainerConfig,
  containerConfig,
  type HostConfig,
  hostConfig,
} from '../../api/types/container.js';
import type { SpecInput } from './contract.js';
import { dockerDefaults } from './defaults.js';
import { fullSupport } from './fake-support.js';
import type { OciDevice, OciSpec } from './oci.js';
import { specText } from './oci.js';
import { capabilityNames, defaultCapabilities } from './profile/capabilities.js';
import { buildSpec, type SpecFacts } from './spec.js';

const sda: OciDevice = {
  path: '/dev/sda',
  type: 'b',
  major: 8,
  minor: 0,
  fileMode: 0o660,
  uid: 0,
  gid: 6,
};

const facts: SpecFacts = {
  arch: 'x64',
  kernel: '6.1.0-13-amd64',
  support: fullSupport(2),
  defaults: dockerDefaults,
  deviceNumber: (path) => (path === '/dev/sda' ? { major: 8, minor: 0 } : undefined),
  leastOomScore: 0,
  capabilities: capabilityNames,
  accounts: { passwd: 'root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh', group: '' },
  devices: {
    at: (path) => (path === '/dev/sda' || path === '/dev' ? [sda] : 'no such file or directory'),
  },
  hardLimits: new Map([['nofile', 4096]]),
  extraMaskedPaths: [],
  initProgram: '/usr/bin/tini',
  hasSysctl: () => true,
};

function input(
  config: Partial<ContainerConfig> = {},
  host: Partial<HostConfig> = {},
  rest: Partial<SpecInput> = {},
): SpecInput {
  return {
    id: 'c1',
    config: { ...v.parse(containerConfig, {}), ...config },
    args: ['sh'],
    host: { ...v.parse(hostConfig, {}), ...host },
    rootfs: '/rootfs',
    hostname: 'c1',
    netnsPath: '/run/netns/c1',
    binds: [],
    cgroupsPath: '/docker/c1',
    ...rest,
  };
}

const specOf = (...args: Parameters<typeof input>): OciSpec =>
  buildSpec(input(...args), facts).spec;
const types = (spec: OciSpec) => spec.linux.namespaces.map(({ type }) => type);
const mountAt = (spec: OciSpec, path: string) =>
  spec.mounts.find(({ destination }) => destination === path);

describe('buildSpec', () => {
  it('is Docker-like without any wish', () => {
    const spec = specOf();
    expect(spec.process.capabilities.effective).to.deep.equal(defaultCapabilities);
    expect(spec.process.capabilities.inheritable).to.deep.equal([]);
    expect(spec.process.env).to.deep.equal([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOSTNAME=c1',
      'HOME=/root',
    ]);
    expect(spec.process.cwd).to.equal('/');
    expect(spec.process).to.not.have.property('rlimits');
    expect(types(spec)).to.deep.equal(['mount', 'network', 'uts', 'pid', 'ipc', 'cgroup']);
    expect(spec.linux.sysctl).to.deep.equal({
      'net.ipv4.ip_unprivileged_port_start': '0',
      'net.ipv4.ping_group_range': '0 2147483647',
    });
    expect(spec.linux.maskedPaths).to.include('/proc/kcore');
    expect(spec.linux.readonlyPaths).to.include('/proc/sys');
    expect(spec.linux.seccomp?.defaultAction).to.equal('SCMP_ACT_ERRNO');
    expect(mountAt(spec, '/dev/shm')?.options).to.include('size=67108864');
  });

  const filters: [what: string, host: Partial<HostConfig>, call: string, allowed: boolean][] = [
    ['by default', {}, 'mount', false],
    ['with SYS_ADMIN', { CapAdd: ['SYS_ADMIN'] }, 'mount', true],
    ['by default', {}, 'chroot', true],
    ['without SYS_CHROOT', { CapDrop: ['SYS_CHROOT'] }, 'chroot', false],
    ['by default', {}, 'read', true],
    ['by default', {}, 'keyctl', false],
  ];
  for (const [what, host, call, allowed] of filters) {
    it(`${allowed ? 'lets' : 'does not let'} ${call} through ${what}`, () => {
      const rules = specOf({}, host).linux.seccomp?.syscalls ?? [];
      const verdicts = rules.filter(({ names }) => names.includes(call)).map((rule) => rule.action);
      expect(verdicts).to.deep.equal(allowed ? ['SCMP_ACT_ALLOW'] : []);
    });
  }

  it('lets clone make no namespaces and hides clone3', () => {
    const rules = specOf().linux.seccomp?.syscalls ?? [];
    const clone = rules.filter(({ names }) => names.includes('clone'));
    expect(clone.map(({ args }) => args)).to.deep.equal([
      [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    ]);
    const clone3 = rules.find(({ names }) => names.includes('clone3'));
    expect(clone3).to.include({ action: 'SCMP_ACT_ERRNO', errnoRet: 38 });
  });

  it('takes the filter away when asked to, and with privileges', () => {
    expect(specOf({}, { SecurityOpt: ['seccomp=unconfined'] }).linux.seccomp).to.equal(undefined);
    expect(specOf({}, { Privileged: true }).linux.seccomp).to.equal(undefined);
  });

  it("takes a user's own profile", () => {
    const profile = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW' });
    const spec = specOf({}, { SecurityOpt: [`seccomp=${profile}`] });
    expect(spec.linux.seccomp).to.deep.equal({ defaultAction: 'SCMP_ACT_ALLOW' });
  });

  it('gives a privileged container all', () => {
    const spec = specOf({}, { Privileged: true });
    expect(spec.process.capabilities.bounding).to.deep.equal(capabilityNames);
    expect(spec.linux.maskedPaths).to.deep.equal([]);
    expect(spec.linux.devices).to.deep.equal([sda]);
    expect(spec.linux.resources.devices).to.deep.equal([{ allow: true, access: 'rwm' }]);
    expect(mountAt(spec, '/sys')?.options).to.include('rw').and.not.include('ro');
    expect(types(spec)).to.include('cgroup');
  });

  it('runs as a user without capabilities in effect', () => {
    const { process } = specOf({ User: 'bob', Tty: true, WorkingDir: 'a/../b' });
    expect(process.user).to.deep.equal({ uid: 1000, gid: 1000, additionalGids: [1000] });
    expect(process.capabilities.effective).to.deep.equal([]);
    expect(process.capabilities.bounding).to.deep.equal(defaultCapabilities);
    expect(process.env).to.include('HOME=/home/bob').and.include('TERM=xterm');
    expect(process.cwd).to.equal('/b');
  });

  it('shares with the host what is asked for', () => {
    const host = { PidMode: 'host', IpcMode: 'host', UTSMode: 'host', CgroupnsMode: 'host' };
    const spec = buildSpec({ ...omitNetns(input({}, host)) }, facts).spec;
    expect(types(spec)).to.deep.equal(['mount']);
    expect(spec).to.not.have.property('hostname');
    expect(spec.linux.sysctl).to.deep.equal({});
  });

  it("leaves another container's network settings alone", () => {
    expect(specOf({}, { NetworkMode: 'container:x' }).linux.sysctl).to.deep.equal({});
  });

  it('limits', () => {
    const host = { Memory: 100, NanoCpus: 1.5e9, PidsLimit: 5, CpusetCpus: '0-1' };
    const { devices, ...limits } = specOf({}, host).linux.resources;
    expect(devices[0]).to.deep.equal({ allow: false, access: 'rwm' });
    expect(limits).to.deep.equal({
      memory: { limit: 100, swap: 200 },
      cpu: { quota: 150000, period: 100000, cpus: '0-1' },
      pids: { limit: 5 },
    });
  });

  it('clamps ulimits to our own and writes "unlimited" as the kernel has it', () => {
    const Ulimits = [
      { Name: 'nofile', Soft: 1e6, Hard: -1 },
      { Name: 'core', Soft: -1, Hard: -1 },
    ];
    const spec = specOf({}, { Ulimits });
    expect(spec.process.rlimits?.[0]).to.deep.equal({
      type: 'RLIMIT_NOFILE',
      soft: 4096,
      hard: 4096,
    });
    expect(specText(spec)).to.include(
      '{"type":"RLIMIT_CORE","soft":18446744073709551615,"hard":18446744073709551615}',
    );
  });

  it("adds the user's mounts after the default ones, outer ones first, in place of equal ones", () => {
    const bind = { readOnly: true, propagation: '' };
    const binds = [
      { ...bind, source: '/h/in', destination: '/data/in' },
      { ...bind, source: '/h', destination: '/data', readOnly: false, propagation: 'rslave' },
      { ...bind, source: '/mq', destination: '/dev/mqueue' },
    ];
    const spec = specOf({}, { Tmpfs: { '/t': 'exec,size=1m' } }, { binds });
    expect(spec.mounts.slice(-4)).to.deep.equal([
      { destination: '/data', type: 'bind', source: '/h', options: ['rbind', 'rslave'] },
      {
        destination: '/t',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'nodev', 'rprivate', 'exec', 'size=1m'],
      },
      {
        destination: '/data/in',
        type: 'bind',
        source: '/h/in',
        options: ['rbind', 'ro', 'rprivate'],
      },
      {
        destination: '/dev/mqueue',
        type: 'bind',
        source: '/mq',
        options: ['rbind', 'ro', 'rprivate'],
      },
    ]);
    expect(spec.linux.rootfsPropagation).to.equal('rslave');
    expect(spec.mounts.filter(({ destination }) => destination === '/dev/mqueue')).to.have.length(
      1,
    );
  });

  it('puts an init before the program', () => {
    const spec = specOf({}, { Init: true });
    expect(spec.process.args).to.deep.equal(['/sbin/docker-init', '--', 'sh']);
    expect(mountAt(spec, '/sbin/docker-init')?.source).to.equal('/usr/bin/tini');
  });

  it('adds a device under another name', () => {
    const Devices = [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/x', CgroupPermissions: 'r' }];
    const { linux } = specOf({}, { Devices });
    expect(linux.devices[0]).to.include({ path: '/dev/x', major: 8, minor: 0 });
    expect(linux.resources.devices.at(-1)).to.deep.equal({
      allow: true,
      type: 'b',
      major: 8,
      minor: 0,
      access: 'r',
    });
  });

  it('says which options have no effect', () => {
    const SecurityOpt = ['apparmor=foo', 'label=type:x', 'label=disable', 'no-new-privileges'];
    const Ulimits = [{ Name: 'nofile', Soft: 5000, Hard: 5000 }];
    const wish = input({}, { SecurityOpt, Ulimits, OomScoreAdj: -500 });
    expect(buildSpec(wish, facts).ignored).to.deep.equal([
      'apparmor=foo: this kernel has no AppArmor',
      'label=type:x: SELinux labels are not applied',
      "ulimit nofile: 4096 instead of 5000, more is not the daemon's to give",
      "OOM score 0 instead of -500, less is not the daemon's to give",
    ]);
  });

  it('confines by AppArmor where the kernel has it', () => {
    const profileOf = (host: Partial<HostConfig>, apparmorProfiles: readonly string[]) =>
      buildSpec(input({}, host), { ...facts, apparmorProfiles }).spec.process.apparmorProfile;
    expect(profileOf({}, ['docker-default'])).to.equal('docker-default');
    expect(profileOf({}, ['other'])).to.equal(undefined);
    expect(profileOf({ Privileged: true }, ['docker-default'])).to.equal('unconfined');
    expect(profileOf({ SecurityOpt: ['apparmor=mine'] }, ['mine'])).to.equal('mine');
  });

  it('shares what other containers have', () => {
    const host = { PidMode: 'container:a', IpcMode: 'container:b', Init: true };
    const joined = { pid: '/proc/7/ns/pid', ipc: '/proc/8/ns/ipc', shm: '/run/b/shm' };
    const spec = specOf({}, host, { joined });
    expect(spec.linux.namespaces).to.deep.include({ type: 'pid', path: '/proc/7/ns/pid' });
    expect(spec.linux.namespaces).to.deep.include({ type: 'ipc', path: '/proc/8/ns/ipc' });
    expect(mountAt(spec, '/dev/shm')).to.include({ type: 'bind', source: '/run/b/shm' });
    expect(spec.mounts.filter(({ destination }) => destination === '/dev/shm')).to.have.length(1);
    expect(spec.process.args).to.deep.equal(['sh']);
  });

  it('takes what the daemon gives by default, unless asked otherwise', () => {
    const ulimits = [{ Name: 'nofile', Soft: 10, Hard: 20 }];
    const defaults = { ...dockerDefaults, ulimits, noNewPrivileges: true, seccomp: 'unconfined' };
    const of = (host: Partial<HostConfig>) =>
      buildSpec(input({}, host), { ...facts, defaults }).spec;
    expect(of({}).process.rlimits).to.deep.equal([{ type: 'RLIMIT_NOFILE', soft: 10, hard: 20 }]);
    expect(of({}).process.noNewPrivileges).to.equal(true);
    expect(of({}).linux.seccomp).to.equal(undefined);
    const own = of({
      Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
      SecurityOpt: ['no-new-privileges=false', 'seccomp=builtin'],
    });
    expect(own.process.rlimits).to.deep.equal([{ type: 'RLIMIT_NOFILE', soft: 1, hard: 2 }]);
    expect(own.process.noNewPrivileges).to.equal(false);
    expect(own.linux.seccomp?.defaultAction).to.equal('SCMP_ACT_ERRNO');
  });

  it('filters a privileged container only by a profile of its own', () => {
    const profile = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW' });
    const host = { Privileged: true, SecurityOpt: [`seccomp=${profile}`] };
    expect(specOf({}, host).linux.seccomp).to.deep.equal({ defaultAction: 'SCMP_ACT_ALLOW' });
  });

  it('shows all of /proc and /sys when asked to', () => {
    const { linux } = specOf({}, { MaskedPaths: [], ReadonlyPaths: [] });
    expect([linux.maskedPaths, linux.readonlyPaths]).to.deep.equal([[], []]);
  });

  const refused: [what: string, host: Partial<HostConfig>, message: string | RegExp][] = [
    ['a capability', { CapAdd: ['fly'] }, 'unknown capability: "CAP_FLY"'],
    ['a security option', { SecurityOpt: ['x=y'] }, 'invalid --security-opt 2: "x=y"'],
    ['a seccomp profile', { SecurityOpt: ['seccomp={'] }, /Decoding seccomp profile failed/],
    ['a ulimit', { Ulimits: [{ Name: 'x', Soft: 1, Hard: 1 }] }, 'invalid ulimit type: x'],
    ['a tmpfs option', { Tmpfs: { '/t': 'foo' } }, 'invalid tmpfs option ["foo"]'],
    [
      'a setting',
      { Sysctls: { 'vm.x': '1' } },
      'sysctl "vm.x" is not in a separate kernel namespace',
    ],
    [
      'a setting of a shared namespace',
      { Sysctls: { 'kernel.sem': '1' }, IpcMode: 'host' },
      'sysctl "kernel.sem" is not allowed in the hosts ipc namespace',
    ],
    [
      'a device',
      { Devices: [{ PathOnHost: '/dev/no', PathInContainer: '', CgroupPermissions: '' }] },
      'error gathering device information while adding custom device "/dev/no": no such file or directory',
    ],
  ];
  for (const [what, host, message] of refused) {
    it(`refuses ${what}`, () => expect(() => specOf({}, host)).to.throw(message));
  }

  it('refuses network settings on the network of the host', () => {
    const wish = omitNetns(input({}, { Sysctls: { 'net.ipv4.ip_forward': '1' } }));
    expect(() => buildSpec(wish, facts)).to.throw(
      'sysctl "net.ipv4.ip_forward" not allowed in host network namespace',
    );
  });

  it('is told of the ids of a user namespace, and lets the groups that there are ping', () => {
    const maps = {
      uids: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
      gids: [
        { containerID: 0, hostID: 200_000, size: 1000 },
        { containerID: 1000, hostID: 150_000, size: 10 },
      ],
    };
    const remapped = input({}, {}, { usernsPath: '/run/userns/c1' });
    const { linux } = buildSpec(remapped, { ...facts, maps }).spec;
    expect(linux.namespaces).to.deep.include({ type: 'user', path: '/run/userns/c1' });
    expect(linux.uidMappings).to.deep.equal(maps.uids);
    expect(linux.gidMappings).to.deep.equal(maps.gids);
    expect(linux.sysctl).to.include({ 'net.ipv4.ping_group_range': '0 999' });
    const plain = buildSpec(input(), { ...facts, maps }).spec.linux;
    expect(plain).to.not.have.any.keys('uidMappings', 'gidMappings');
    expect(plain.sysctl).to.include({ 'net.ipv4.ping_group_range': '0 2147483647' });
  });
});

function omitNetns({ netnsPath: _, ...rest }: SpecInput): SpecInput {
  return rest;
}
