import type { ContainerStats, CpuStats } from '../../api/types/stats.js';
import { humanSize } from '../../base/human.js';
import type { Listing } from './listing.js';
import { memorySize } from './memory-size.js';

/** A line of `stats`: what was asked for, and its last sample. */
export interface UsageRow {
  readonly container: string;
  /** Undefined: nothing was heard of it. */
  readonly sample: ContainerStats | undefined;
}

const none = '--';

/** How resource usage is listed. */
export function usageListing(full: boolean): Listing<UsageRow> {
  const of =
    (value: (sample: ContainerStats) => string, otherwise: string = none) =>
    ({ sample }: UsageRow) =>
      sample ? value(sample) : otherwise;
  return {
    type: 'container.statsContext',
    columns: {
      BlockIO: ['BLOCK I/O', of(blockIo)],
      CPUPerc: ['CPU %', of((s) => percent(cpuShare(s.precpu_stats, s.cpu_stats)))],
      Container: ['CONTAINER', ({ container }) => container],
      ID: ['CONTAINER ID', of(({ id }) => (full ? id : id.slice(0, 12)), '')],
      MemPerc: ['MEM %', of((s) => percent(memoryShare(s)))],
      MemUsage: ['MEM USAGE / LIMIT', of(memory, `${none} / ${none}`)],
      Name: ['NAME', of(({ name }) => name.replace(/^\//, '') || none)],
      NetIO: ['NET I/O', of(netIo)],
      PIDs: ['PIDS', of(({ pids_stats }) => String(pids_stats.current ?? 0))],
    },
    table:
      '{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}',
  };
}

/** Of one processor: 200 are two of them. */
export function cpuShare(before: CpuStats, now: CpuStats): number {
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const cpus = now.online_cpus || (now.cpu_usage.percpu_usage?.length ?? 0);
  return used > 0 && passed > 0 ? (used / passed) * cpus * 100 : 0;
}

/** Without the files that the kernel could let go of at once, as Docker counts. */
export function memoryUsed({ memory_stats: { usage = 0, stats = {} } }: ContainerStats): number {
  const cached = [stats['total_inactive_file'], stats['inactive_file']].map(Number);
  return usage - (cached.find((bytes) => bytes < usage) ?? 0);
}

function memoryShare(sample: ContainerStats): number {
  const { limit = 0 } = sample.memory_stats;
  return limit > 0 ? (memoryUsed(sample) / limit) * 100 : 0;
}

function memory(sample: ContainerStats): string {
  return `${memorySize(memoryUsed(sample))} / ${memorySize(sample.memory_stats.limit ?? 0)}`;
}

function netIo({ networks = {} }: ContainerStats): string {
  const sum = (key: 'rx_bytes' | 'tx_bytes') =>
    Object.values(networks).reduce((all, one) => all + one[key], 0);
  return `${humanSize(sum('rx_bytes'))} / ${humanSize(sum('tx_bytes'))}`;
}

function blockIo({ blkio_stats }: ContainerStats): string {
  const entries = blkio_stats.io_service_bytes_recursive ?? [];
  const sum = (letter: string) =>
    entries
      .filter(({ op }) => op.toLowerCase().startsWith(letter))
      .reduce((all, { value }) => all + value, 0);
  return `${humanSize(sum('r'))} / ${humanSize(sum('w'))}`;
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}
