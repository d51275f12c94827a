import { readFileSync } from 'node:fs';
import type { ContainerStats, CpuStats } from '../../../api/types/stats.js';
import { isErrno } from '../../../native/libc.js';
import type { Container } from '../container.js';
import { never } from '../model.js';
import { groupBlkio, noBlkio } from './blkio.js';
import { groupCpu, noCpu } from './cpu.js';
import { groupFilesOf } from './group-files.js';
import { soleNumber } from './group-values.js';
import { parseNetDev, shownInterfaces } from './interfaces.js';
import type { MachineUsage } from './machine.js';
import { groupMemory } from './memory.js';

/** What a sample needs beside the container. */
export interface SampleContext {
  readonly at: Date;
  readonly machine: MachineUsage;
  /** Names of the interfaces of the container's network. */
  readonly interfaces: readonly string[];
}

/** What a container uses now; empty if it doesn't run. */
export function sampleOf(container: Container, context: SampleContext): ContainerStats {
  const { run } = container;
  if (!run) return emptySample(container);
  try {
    return runningSample(container, run.record.pid, context);
  } catch (error) {
    // It ends in this moment.
    if (isErrno(error, 'ENOENT', 'ESRCH')) return emptySample(container);
    throw error;
  }
}

/** The sample with what was before it. */
export function withPrevious(
  sample: ContainerStats,
  previous: ContainerStats | undefined,
): ContainerStats {
  if (!previous) return sample;
  return { ...sample, preread: previous.read, precpu_stats: previous.cpu_stats };
}

function runningSample(
  container: Container,
  pid: number,
  { at, machine, interfaces }: SampleContext,
): ContainerStats {
  const files = groupFilesOf({ id: container.id, pid });
  const netDev = interfaces.length > 0 ? readFileSync(`/proc/${pid}/net/dev`, 'utf8') : '';
  const networks = shownInterfaces(parseNetDev(netDev), interfaces);
  const limit = soleNumber(files.read('pids', 'pids.max'));
  const cpu: CpuStats = {
    ...groupCpu(files),
    system_cpu_usage: machine.cpuNs,
    online_cpus: machine.cpus,
  };
  return {
    ...emptySample(container),
    read: at.toISOString(),
    pids_stats: {
      current: soleNumber(files.read('pids', 'pids.current')) ?? 0,
      ...(limit !== undefined && { limit }),
    },
    blkio_stats: groupBlkio(files),
    cpu_stats: cpu,
    memory_stats: groupMemory(files, machine.memoryBytes),
    ...(networks && { networks }),
  };
}

function emptySample({ id, record: { name } }: Container): ContainerStats {
  return {
    id,
    name: `/${name}`,
    os_type: 'linux',
    read: never,
    preread: never,
    pids_stats: {},
    blkio_stats: noBlkio,
    num_procs: 0,
    storage_stats: {},
    cpu_stats: noCpu,
    precpu_stats: noCpu,
    memory_stats: {},
  };
}
