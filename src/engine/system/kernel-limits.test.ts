import { expect } from 'chai';
import { type HostFiles, kernelLimits, limitWarnings } from './kernel-limits.js';

/** A host with these files; a path that ends in `/` has all below it. */
function host(files: Readonly<Record<string, string>>): HostFiles {
  const at = (path: string) => files[path];
  return { exists: (path) => at(path) !== undefined, read: at };
}

const v1 = '/sys/fs/cgroup';

describe('kernelLimits', () => {
  it('of version 1 are the files that are there', () => {
    const limits = kernelLimits(
      host({
        [`${v1}/memory/memory.limit_in_bytes`]: '',
        [`${v1}/memory/memory.oom_control`]: '',
        [`${v1}/cpu/cpu.shares`]: '',
        [`${v1}/pids/cgroup.procs`]: '',
      }),
    );
    expect(limits).to.deep.equal({
      MemoryLimit: true,
      SwapLimit: false,
      OomKillDisable: true,
      CpuCfsPeriod: false,
      CpuCfsQuota: false,
      CPUShares: true,
      CPUSet: false,
      PidsLimit: true,
    });
    expect(limitWarnings(limits, '1')).to.deep.equal([
      'WARNING: No swap limit support',
      'WARNING: No cpu cfs quota support',
      'WARNING: No cpu cfs period support',
      'WARNING: No cpuset support',
    ]);
  });

  const swaps: [string, Readonly<Record<string, string>>, boolean][] = [
    ['has it', { '/proc/self/cgroup': '0::/a\n', [`${v1}/a/memory.swap.max`]: 'max' }, true],
    ['lacks it', { '/proc/self/cgroup': '0::/a\n' }, false],
    ['is the root', { '/proc/self/cgroup': '0::/\n', '/proc/swaps': '' }, true],
  ];
  for (const [what, files, wanted] of swaps) {
    it(`of version 2 are its controllers; the group of its own ${what}: swap ${wanted}`, () => {
      const limits = kernelLimits(
        host({ [`${v1}/cgroup.controllers`]: 'cpu memory pids\n', ...files }),
      );
      expect(limits).to.include({
        MemoryLimit: true,
        SwapLimit: wanted,
        CPUShares: true,
        CPUSet: false,
        OomKillDisable: false,
      });
      // Version 2 never could: nobody is warned of it.
      expect(limitWarnings(limits, '2')).to.not.include('WARNING: No oom kill disable support');
    });
  }
});
