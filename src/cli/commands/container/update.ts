import { Containers } from '../../../api/client/containers.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import type { FlagValues } from '../../parse/flag.js';
import { integer, text, value } from '../../parse/flag.js';
import { parseBytes, parseNanoCpus, parseSwap } from '../../parse/numbers.js';
import { parseRestartPolicy } from '../../parse/restart-policy.js';
import { forEach } from '../each.js';
import { containerFlags } from './options.js';

const flags = {
  'blkio-weight': containerFlags['blkio-weight'],
  'cpu-period': integer('Limit CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': integer('Limit CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-rt-period': integer('Limit the CPU real-time period in microseconds'),
  'cpu-rt-runtime': integer('Limit the CPU real-time runtime in microseconds'),
  'cpu-shares': integer('CPU shares (relative weight)', { short: 'c' }),
  cpus: value('Number of CPUs', parseNanoCpus, { kind: 'decimal' }),
  'cpuset-cpus': text('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': text('MEMs in which to allow execution (0-3, 0,1)'),
  memory: value('Memory limit', parseBytes, { kind: 'bytes', short: 'm' }),
  'memory-reservation': value('Memory soft limit', parseBytes, { kind: 'bytes' }),
  'memory-swap': value(
    'Swap limit equal to memory plus swap: -1 to enable unlimited swap',
    parseSwap,
    { kind: 'bytes' },
  ),
  'pids-limit': integer('Tune container pids limit (set -1 for unlimited)'),
  restart: text('Restart policy to apply when a container exits'),
};

/** What update has no flags for. */
const unchanged = {
  CgroupParent: '',
  BlkioWeightDevice: null,
  BlkioDeviceReadBps: null,
  BlkioDeviceWriteBps: null,
  BlkioDeviceReadIOps: null,
  BlkioDeviceWriteIOps: null,
  Devices: null,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  MemorySwappiness: null,
  OomKillDisable: null,
  Ulimits: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
};

export default command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Update configuration of one or more containers',
  arity: { least: 1 },
  flags,
  async run(context, { args, flags: wanted, given }) {
    if (given.size === 0) {
      throw new Failure('you must provide one or more flags when using this command');
    }
    const body = updateBody(wanted);
    const warnings: string[] = [];
    await forEach(context, args, async (ref) => {
      warnings.push(...(await new Containers(context.api).update(ref, body)));
      return ref;
    });
    // As docker does, on standard output.
    if (warnings.length > 0) context.terminal.stdout.write(`${warnings.join('\n')}\n`);
    return undefined;
  },
});

/**
 * Docker API: body of `ContainerUpdate`, complete as Docker's own client sends it. What was not given goes out as 0, ''
 * or null, which changes nothing.
 */
function updateBody(wanted: FlagValues<typeof flags>): object {
  const pids = wanted['pids-limit'] ?? 0;
  return {
    ...unchanged,
    BlkioWeight: wanted['blkio-weight'] ?? 0,
    CpusetCpus: wanted['cpuset-cpus'],
    CpusetMems: wanted['cpuset-mems'],
    CpuShares: wanted['cpu-shares'] ?? 0,
    Memory: wanted.memory ?? 0,
    MemoryReservation: wanted['memory-reservation'] ?? 0,
    MemorySwap: wanted['memory-swap'] ?? 0,
    CpuPeriod: wanted['cpu-period'] ?? 0,
    CpuQuota: wanted['cpu-quota'] ?? 0,
    CpuRealtimePeriod: wanted['cpu-rt-period'] ?? 0,
    CpuRealtimeRuntime: wanted['cpu-rt-runtime'] ?? 0,
    NanoCpus: wanted.cpus ?? 0,
    PidsLimit: pids === 0 ? null : pids,
    RestartPolicy: parseRestartPolicy(wanted.restart),
  };
}
