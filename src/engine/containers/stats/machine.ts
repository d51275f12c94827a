import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** What a container's share is worked out from. */
export interface MachineUsage {
  /** Time of all processors together since the start, idle or not, in nanoseconds. */
  readonly cpuNs: number;
  readonly cpus: number;
  readonly memoryBytes: number;
}

const tickNs = 10_000_000;
/** user, nice, system, idle, iowait, irq, softirq (proc(5)): those that Docker counts. */
const counted = 7;

/** Reads the machine's figures. */
export function machineUsage(): MachineUsage {
  return { ...parseProcStat(readFileSync('/proc/stat', 'utf8')), memoryBytes: totalmem() };
}

/** Reads `/proc/stat`. */
export function parseProcStat(text: string): Pick<MachineUsage, 'cpuNs' | 'cpus'> {
  const lines = text.split('\n').filter((line) => line.startsWith('cpu'));
  const [, ...ticks] = (lines.find((line) => line.startsWith('cpu ')) ?? '').split(/\s+/);
  const sum = ticks.slice(0, counted).reduce((all, tick) => all + Number(tick), 0);
  return { cpuNs: sum * tickNs, cpus: lines.filter((line) => /^cpu\d/.test(line)).length };
}
