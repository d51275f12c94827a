import { expect } from 'chai';
import * as v from 'valibot';
import { type HostConfig, hostConfig } from '../../api/types/container.js';
import { fullSupport, noSupport } from './fake-support.js';
import { checkLimits } from './limit-checks.js';

const MB = 1024 * 1024;
const settings = (some: Partial<HostConfig>): HostConfig => ({
  ...v.parse(hostConfig, {}),
  ...some,
});
const device = [{ Path: '/dev/sda', Rate: 1 }];

describe('checkLimits', () => {
  const left: [asked: Partial<HostConfig>, becomes: Partial<HostConfig>, warning: RegExp][] = [
    [{ Memory: 64 * MB }, { Memory: 0, MemorySwap: -1 }, /memory limit capabilities .* Limitation/],
    [{ MemorySwappiness: 10 }, { MemorySwappiness: null }, /Memory swappiness discarded\.$/],
    [{ MemoryReservation: 64 * MB }, { MemoryReservation: 0 }, /memory soft limit capabilities/],
    [{ KernelMemory: 64 * MB }, { KernelMemory: 0 }, /kernel memory limit capabilities/],
    [{ OomKillDisable: true }, { OomKillDisable: null }, /support OomKillDisable/],
    [{ PidsLimit: 5 }, { PidsLimit: null }, /PIDs limit discarded\.$/],
    [{ CpuShares: 5 }, { CpuShares: 0 }, /CPU shares or the cgroup .* Shares discarded\.$/],
    [{ CpuQuota: 5000 }, { CpuQuota: 0, CpuPeriod: 0 }, /CPU CFS scheduler\. CPU period\/quota/],
    [{ CpusetCpus: '7' }, { CpusetCpus: '', CpusetMems: '' }, /Cpuset discarded\.$/],
    [{ BlkioWeight: 100 }, { BlkioWeight: 0 }, /I\/O weight or .* Weight discarded\.$/],
    [
      { BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 9 }] },
      { BlkioWeightDevice: [] },
      /weight_device or .* Weight-device discarded\.$/,
    ],
    [{ BlkioDeviceReadBps: device }, { BlkioDeviceReadBps: [] }, /I\/O BPS read limit discarded/],
    [{ BlkioDeviceWriteBps: device }, { BlkioDeviceWriteBps: [] }, /BPS write limit discarded/],
    [{ BlkioDeviceReadIOps: device }, { BlkioDeviceReadIOps: [] }, /IOPS read limit discarded/],
    [{ BlkioDeviceWriteIOps: device }, { BlkioDeviceWriteIOps: [] }, /IOPS write limit discarded/],
  ];
  for (const [asked, becomes, warning] of left) {
    it(`leaves out ${Object.keys(asked)[0]} where the kernel can't do it`, () => {
      const { limits, warnings } = checkLimits(settings(asked), noSupport(1), false);
      expect(limits).to.deep.include(becomes);
      expect(warnings).to.have.length(1);
      expect(warnings[0])
        .to.match(/^Your kernel does not support /)
        .and.match(warning);
    });
  }

  it('keeps what the kernel can do', () => {
    const asked = settings({ Memory: 64 * MB, MemorySwappiness: 10, CpusetCpus: '0-1' });
    const { limits, warnings } = checkLimits(asked, fullSupport(1), false);
    expect(limits).to.deep.equal(asked);
    expect(warnings).to.deep.equal([]);
  });

  it('limits memory alone where swap is not counted', () => {
    const support = { ...fullSupport(1), swap: false };
    const { limits, warnings } = checkLimits(settings({ Memory: 64 * MB }), support, false);
    expect(limits).to.include({ Memory: 64 * MB, MemorySwap: -1 });
    expect(warnings).to.deep.equal([
      'Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.',
    ]);
  });

  it('takes -1 for the swappiness of the machine', () => {
    const { limits } = checkLimits(settings({ MemorySwappiness: -1 }), noSupport(2), false);
    expect(limits.MemorySwappiness).to.equal(null);
  });

  it('lets an update set swap over memory that is limited already', () => {
    const asked = settings({ MemorySwap: 64 * MB });
    expect(() => checkLimits(asked, fullSupport(2), true)).to.not.throw();
    expect(() => checkLimits(asked, fullSupport(2), false)).to.throw(/always set the Memory limit/);
  });

  it('warns of a container that nothing ends', () => {
    const { warnings } = checkLimits(settings({ OomKillDisable: true }), fullSupport(1), false);
    expect(warnings[0]).to.match(/^OOM killer is disabled for the container, but no memory limit/);
  });

  it('has no real time where the kernel has none, and no CPUs to count', () => {
    const period = settings({ CpuRealtimePeriod: 1000 });
    expect(() => checkLimits(period, noSupport(1), false)).to.throw(/real-time scheduler/);
    const count = settings({ NanoCpus: 1e9 });
    expect(() => checkLimits(count, noSupport(1), false)).to.throw(/^NanoCPUs can not be set/);
  });

  const refused: [asked: Partial<HostConfig>, words: string][] = [
    [{ CpuShares: -1 }, 'invalid CPU shares (-1): value must be a positive integer'],
    [{ NanoCpus: 2.1e9 }, 'range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available'],
    [{ CpusetCpus: '0-2' }, 'Requested CPUs are not available - requested 0-2, available: 0-1'],
    [{ CpusetMems: '1' }, 'Requested memory nodes are not available - requested 1, available: 0'],
    [{ CpusetCpus: '1-0' }, 'Invalid value 1-0 for cpuset cpus: invalid format: 1-0'],
    [{ CpusetCpus: '0-99999999' }, 'Invalid value 0-99999999 for cpuset cpus'],
    [{ BlkioWeight: 5 }, 'Range of blkio weight is from 10 to 1000'],
  ];
  for (const [asked, words] of refused) {
    it(`refuses ${JSON.stringify(asked)}`, () => {
      expect(() => checkLimits(settings(asked), fullSupport(1), false)).to.throw(words);
    });
  }
});
