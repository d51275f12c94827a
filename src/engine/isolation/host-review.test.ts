import { expect } from 'chai';
import * as v from 'valibot';
import { type HostConfig, hostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import { dockerDefaults } from './defaults.js';
import { fullSupport } from './fake-support.js';
import { type ReviewFacts, reviewHost } from './host-review.js';
import { capabilityNames } from './profile/capabilities.js';

const facts: ReviewFacts = {
  support: fullSupport(1),
  defaults: dockerDefaults,
  capabilities: capabilityNames.filter((name) => name !== 'CAP_BPF'),
  remapsUsers: false,
  runtimeNamed(name) {
    if (name === 'no') throw new InvalidParameter(`unknown or invalid runtime name: ${name}`);
    return { name: name || 'crun' };
  },
};
const review = (asked: Partial<HostConfig>, more: Partial<ReviewFacts> = {}) =>
  reviewHost({ ...v.parse(hostConfig, {}), ...asked }, { ...facts, ...more });

describe('reviewHost', () => {
  it('fills in what was left out', () => {
    expect(review({}).host).to.deep.include({
      IpcMode: 'private',
      CgroupnsMode: 'host',
      ShmSize: 67_108_864,
      OomKillDisable: false,
      MemorySwap: 0,
      MemorySwappiness: null,
      SecurityOpt: [],
      Runtime: 'crun',
    });
  });

  it('goes by the daemon and by the version of cgroups', () => {
    const v2 = { support: fullSupport(2) };
    expect(review({}, v2).host).to.include({ CgroupnsMode: 'private', OomKillDisable: null });
    expect(review({ Privileged: true }, v2).host.CgroupnsMode).to.equal('private');
    const defaults = {
      ...dockerDefaults,
      ipcMode: 'shareable',
      cgroupnsMode: 'private',
      shmSize: 5,
    };
    const wanted = { IpcMode: 'shareable', CgroupnsMode: 'private', ShmSize: 5 };
    expect(review({}, { defaults }).host).to.include(wanted);
    expect(review({ Privileged: true }, { defaults }).host.CgroupnsMode).to.equal('host');
  });

  for (const asked of [{ Privileged: true }, { IpcMode: 'host' }, { PidMode: 'host' }]) {
    it(`notes that ${JSON.stringify(asked)} has no label`, () => {
      expect(review(asked).host.SecurityOpt).to.deep.equal(['label=disable']);
    });
  }

  it('says that there are no cgroup namespaces', () => {
    const support = { ...fullSupport(2), cgroupNamespaces: false };
    expect(review({}, { support }).warnings).to.deep.equal([
      'Your kernel does not support cgroup namespaces.  Cgroup namespace setting discarded.',
    ]);
  });

  const refused: [asked: Partial<HostConfig>, words: string][] = [
    [{ IpcMode: 'container:' }, 'invalid IPC mode: container:'],
    [{ PidMode: 'private' }, 'invalid PID mode: private'],
    [{ UTSMode: 'private' }, 'invalid UTS mode: private'],
    [{ UsernsMode: 'private' }, 'invalid userns mode: private'],
    [{ CgroupnsMode: 'x' }, 'invalid cgroup namespace mode: x'],
    [{ ShmSize: -1 }, 'SHM size can not be less than 0'],
    [{ OomScoreAdj: -1001 }, 'Invalid value -1001, range for oom score adj is [-1000, 1000]'],
    [{ CapAdd: ['fly'] }, 'invalid CapAdd: unknown capability: "CAP_FLY"'],
    [
      { CapDrop: ['CAP_BPF'] },
      'invalid CapDrop: capability not supported by your kernel or not available in the current environment: "CAP_BPF"',
    ],
    [{ SecurityOpt: ['x'] }, 'invalid --security-opt 1: "x"'],
    [{ SecurityOpt: ['x:y'] }, 'invalid --security-opt 2: "x:y"'],
    [{ SecurityOpt: ['toString=1'] }, 'invalid --security-opt 2: "toString=1"'],
    [{ Runtime: 'no' }, 'unknown or invalid runtime name: no'],
    [{ Tmpfs: { '/': '' } }, "invalid mount path: '/' destination can't be '/'"],
    [{ Tmpfs: { x: '' } }, "invalid mount path: 'x' mount path must be absolute"],
    [
      { Ulimits: [{ Name: 'nofile', Soft: 3, Hard: 2 }] },
      'ulimit soft limit must be less than or equal to hard limit: 3 > 2',
    ],
  ];
  for (const [asked, words] of refused) {
    it(`refuses ${JSON.stringify(asked)}`, () => {
      expect(() => review(asked)).to.throw(InvalidParameter, words);
    });
  }

  const withUsers: [asked: Partial<HostConfig>, words: RegExp][] = [
    [{ Privileged: true }, /^privileged mode is incompatible with user namespaces/],
    [{ NetworkMode: 'host' }, /^cannot share the host's network namespace when user namespaces/],
    [{ PidMode: 'host' }, /^cannot share the host PID namespace when user namespaces/],
    [{ IpcMode: 'host' }, /^cannot share the host IPC namespace when user namespaces/],
  ];
  for (const [asked, words] of withUsers) {
    it(`refuses ${JSON.stringify(asked)} in a user namespace`, () => {
      const remapped = { remapsUsers: true };
      expect(() => review(asked, remapped)).to.throw(words);
      expect(() => review({ ...asked, UsernsMode: 'host' }, remapped)).to.not.throw();
    });
  }
});
