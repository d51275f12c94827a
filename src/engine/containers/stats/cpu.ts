import type { CpuStats } from '../../../api/types/stats.js';
import type { GroupFiles } from './group-files.js';
import { namedValues, numberOf, soleNumber } from './group-values.js';

/** What a group has used of the processors; the machine's share is not known here. */
export type GroupCpu = Pick<CpuStats, 'cpu_usage' | 'throttling_data'>;

/** Nothing runs. */
export const noCpu: GroupCpu = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** `cpuacct.stat` counts hundredths of seconds on every architecture. */
const tickNs = 10_000_000;

/** CPU time and throttling, in nanoseconds, from the files of a control group. */
export function groupCpu(files: GroupFiles): GroupCpu {
  return files.version('cpuacct') === 1 ? cpuV1(files) : cpuV2(files);
}

function cpuV1(files: GroupFiles): GroupCpu {
  const stat = namedValues(files.read('cpuacct', 'cpuacct.stat'));
  const perCpu = files.read('cpuacct', 'cpuacct.usage_percpu').trim().split(/\s+/);
  const throttling = namedValues(files.read('cpu', 'cpu.stat'));
  return {
    cpu_usage: {
      total_usage: soleNumber(files.read('cpuacct', 'cpuacct.usage')) ?? 0,
      percpu_usage: perCpu.filter(Boolean).map(Number),
      usage_in_kernelmode: numberOf(stat, 'system') * tickNs,
      usage_in_usermode: numberOf(stat, 'user') * tickNs,
    },
    throttling_data: {
      periods: numberOf(throttling, 'nr_periods'),
      throttled_periods: numberOf(throttling, 'nr_throttled'),
      throttled_time: numberOf(throttling, 'throttled_time'),
    },
  };
}

/** cgroup v2 counts microseconds. */
function cpuV2(files: GroupFiles): GroupCpu {
  const stat = namedValues(files.read('cpuacct', 'cpu.stat'));
  return {
    cpu_usage: {
      total_usage: numberOf(stat, 'usage_usec') * 1000,
      usage_in_kernelmode: numberOf(stat, 'system_usec') * 1000,
      usage_in_usermode: numberOf(stat, 'user_usec') * 1000,
    },
    throttling_data: {
      periods: numberOf(stat, 'nr_periods'),
      throttled_periods: numberOf(stat, 'nr_throttled'),
      throttled_time: numberOf(stat, 'throttled_usec') * 1000,
    },
  };
}
