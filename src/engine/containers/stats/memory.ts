import type { MemoryStats } from '../../../api/types/stats.js';
import type { GroupFiles } from './group-files.js';
import { namedValues, numberOf, pickValues, soleNumber } from './group-values.js';

const ownV1 = [
  ...['cache', 'rss', 'rss_huge', 'mapped_file', 'dirty', 'writeback', 'pgpgin', 'pgpgout'],
  ...['pgfault', 'pgmajfault', 'inactive_anon', 'active_anon', 'inactive_file', 'active_file'],
  'unevictable',
];

/** The figures of `memory.stat` that Docker tells on version 1. */
const namesV1 = [
  ...ownV1,
  ...['hierarchical_memory_limit', 'hierarchical_memsw_limit'],
  ...ownV1.map((name) => `total_${name}`),
];

/** The same on version 2. */
const namesV2 = [
  ...['anon', 'file', 'kernel_stack', 'slab', 'sock', 'shmem', 'file_mapped', 'file_dirty'],
  ...['file_writeback', 'anon_thp', 'inactive_anon', 'active_anon', 'inactive_file'],
  ...['active_file', 'unevictable', 'slab_reclaimable', 'slab_unreclaimable', 'pgfault'],
  ...['pgmajfault', 'workingset_refault', 'workingset_activate', 'workingset_nodereclaim'],
  ...['pgrefill', 'pgscan', 'pgsteal', 'pgactivate', 'pgdeactivate', 'pglazyfree'],
  ...['pglazyfreed', 'thp_fault_alloc', 'thp_collapse_alloc'],
];

/** `machineBytes` is the limit of a group that has no smaller one. */
export function groupMemory(files: GroupFiles, machineBytes: number): MemoryStats {
  return files.version('memory') === 1
    ? memoryV1(files, machineBytes)
    : memoryV2(files, machineBytes);
}

function memoryV1(files: GroupFiles, machineBytes: number): MemoryStats {
  const number = (file: string) => soleNumber(files.read('memory', `memory.${file}`));
  const failures = number('failcnt') ?? 0;
  return {
    usage: number('usage_in_bytes') ?? 0,
    max_usage: number('max_usage_in_bytes') ?? 0,
    stats: pickValues(namedValues(files.read('memory', 'memory.stat')), namesV1),
    ...(failures > 0 && { failcnt: failures }),
    limit: Math.min(number('limit_in_bytes') ?? machineBytes, machineBytes),
  };
}

function memoryV2(files: GroupFiles, machineBytes: number): MemoryStats {
  const number = (file: string) => soleNumber(files.read('memory', `memory.${file}`));
  const failures = numberOf(namedValues(files.read('memory', 'memory.events')), 'oom');
  return {
    usage: number('current') ?? 0,
    stats: pickValues(namedValues(files.read('memory', 'memory.stat')), namesV2),
    ...(failures > 0 && { failcnt: failures }),
    limit: Math.min(number('max') ?? machineBytes, machineBytes),
  };
}
