import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import type { SeccompProfile, SeccompProfileRule } from './profile.js';
import { type SeccompSubject, selectRules } from './select.js';

const subject: SeccompSubject = {
  capabilities: ['CAP_CHOWN', 'CAP_SYS_PTRACE'],
  arch: 'x64',
  kernel: '5.10.0-8-amd64',
};
const base: SeccompProfile = { defaultAction: 'SCMP_ACT_ERRNO' };

describe('selectRules', () => {
  const conditions: [what: string, rule: Partial<SeccompProfileRule>, counts: boolean][] = [
    ['without conditions', {}, true],
    ['with a capability', { includes: { caps: ['CAP_CHOWN'] } }, true],
    ['with one capability of two', { includes: { caps: ['CAP_CHOWN', 'CAP_BPF'] } }, false],
    ['with an excluded capability', { excludes: { caps: ['CAP_BPF', 'CAP_CHOWN'] } }, false],
    ['without the excluded capability', { excludes: { caps: ['CAP_BPF'] } }, true],
    ['on its architecture', { includes: { arches: ['arm64', 'amd64'] } }, true],
    ['on another architecture', { includes: { arches: ['arm64'] } }, false],
    ['on no architecture in particular', { includes: { arches: [] } }, true],
    ['on an excluded architecture', { excludes: { arches: ['amd64'] } }, false],
    ['on a kernel that is new enough', { includes: { minKernel: '4.8' } }, true],
    ['on a kernel of just that version', { includes: { minKernel: '5.10' } }, true],
    ['on a kernel that is too old', { includes: { minKernel: '5.11' } }, false],
    ['on a kernel that is too new', { excludes: { minKernel: '5.9' } }, false],
    ['with null for nothing', { includes: null, excludes: { caps: null } }, true],
  ];
  for (const [what, rule, counts] of conditions) {
    it(`${counts ? 'takes' : 'leaves'} a rule ${what}`, () => {
      const syscalls = [{ names: ['bpf'], action: 'SCMP_ACT_ALLOW', ...rule }];
      const filter = selectRules({ ...base, syscalls }, subject);
      expect(filter.syscalls).to.deep.equal(
        counts ? [{ names: ['bpf'], action: 'SCMP_ACT_ALLOW' }] : undefined,
      );
    });
  }

  it('keeps errno and arguments, and reads the old single name', () => {
    const args = [{ index: 0, value: 40, op: 'SCMP_CMP_NE' }];
    const syscalls = [{ name: 'socket', action: 'SCMP_ACT_ERRNO', errnoRet: 38, args }];
    expect(selectRules({ ...base, defaultErrnoRet: 1, syscalls }, subject)).to.deep.equal({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 1,
      syscalls: [{ names: ['socket'], action: 'SCMP_ACT_ERRNO', errnoRet: 38, args }],
    });
  });

  it('finds the architectures of the machine', () => {
    const archMap = [
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
    ];
    const filter = selectRules({ ...base, archMap }, subject);
    expect(filter.architectures).to.deep.equal(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86']);
  });

  const contradictions: [what: string, profile: SeccompProfile][] = [
    [
      'both lists of architectures',
      { ...base, architectures: ['a'], archMap: [{ architecture: 'a' }] },
    ],
    ['both name and names', { ...base, syscalls: [{ name: 'a', names: ['b'], action: 'x' }] }],
    [
      'a bad version',
      { ...base, syscalls: [{ names: [], action: 'x', includes: { minKernel: 'new' } }] },
    ],
  ];
  for (const [what, profile] of contradictions) {
    it(`refuses ${what}`, () =>
      expect(() => selectRules(profile, subject)).to.throw(InvalidParameter));
  }
});
