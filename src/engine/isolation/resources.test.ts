import { expect } from 'chai';
import * as v from 'valibot';
import { type HostConfig, hostConfig } from '../../api/types/container.js';
import type { OciResources } from './oci.js';
import { containerLimits } from './resources.js';

const facts = {
  deviceNumber: (path: string) => (path === '/dev/sda' ? { major: 8, minor: 0 } : undefined),
};
const rate = [{ Path: '/dev/sda', Rate: 5 }];
const throttle = [{ major: 8, minor: 0, rate: 5 }];

describe('containerLimits', () => {
  const table: [asked: Partial<HostConfig>, wanted: Omit<OciResources, 'devices'>][] = [
    [{}, {}],
    [{ Memory: 10 }, { memory: { limit: 10, swap: 20 } }],
    [{ Memory: 10, MemorySwap: -1 }, { memory: { limit: 10, swap: -1 } }],
    [{ Memory: 10, MemorySwap: 15 }, { memory: { limit: 10, swap: 15 } }],
    [
      { MemoryReservation: 7, MemorySwappiness: 0, OomKillDisable: true },
      { memory: { reservation: 7, swappiness: 0, disableOOMKiller: true } },
    ],
    [{ OomKillDisable: false, MemorySwappiness: null }, {}],
    [{ NanoCpus: 0.015e9 }, { cpu: { quota: 1500, period: 100_000 } }],
    [{ CpuShares: 2, CpuQuota: -1, CpuPeriod: 5000 }, { cpu: { shares: 2, period: 5000 } }],
    [
      { CpuRealtimeRuntime: 9, CpuRealtimePeriod: 10, CpusetCpus: '0', CpusetMems: '0' },
      { cpu: { realtimeRuntime: 9, realtimePeriod: 10, cpus: '0', mems: '0' } },
    ],
    [{ PidsLimit: 5 }, { pids: { limit: 5 } }],
    [{ PidsLimit: -1 }, {}],
    [
      { BlkioWeight: 10, BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 20 }] },
      { blockIO: { weight: 10, weightDevice: [{ major: 8, minor: 0, weight: 20 }] } },
    ],
    [
      { BlkioDeviceReadBps: rate, BlkioDeviceWriteIOps: rate },
      { blockIO: { throttleReadBpsDevice: throttle, throttleWriteIOPSDevice: throttle } },
    ],
    [
      { BlkioDeviceWriteBps: rate, BlkioDeviceReadIOps: rate },
      { blockIO: { throttleWriteBpsDevice: throttle, throttleReadIOPSDevice: throttle } },
    ],
  ];
  for (const [asked, wanted] of table) {
    it(`makes ${JSON.stringify(wanted)} of ${JSON.stringify(asked)}`, () => {
      const host = { ...v.parse(hostConfig, {}), ...asked };
      expect(containerLimits(host, facts)).to.deep.equal(wanted);
    });
  }

  it('refuses the rate of no device', () => {
    const host = v.parse(hostConfig, { BlkioDeviceReadBps: [{ Path: '/dev/no', Rate: 1 }] });
    expect(() => containerLimits(host, facts)).to.throw('stat /dev/no: no such file or directory');
  });
});
