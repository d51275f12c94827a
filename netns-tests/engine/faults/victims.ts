import { setTimeout as delay } from 'node:timers/promises';
import { type CommandLine, commandLines, mentions, read } from '../../survive/machine.js';
import type { Random } from '../../survive/random.js';

/** Programs around a container that may be killed at any instant. */
export type Victim = 'monitor' | 'runtime' | 'container';

/** How long a runtime may be waited for; it lives for a few milliseconds. */
const PATIENCE_MS = 1500;

/** Kills one of a daemon's programs; false where there was none. */
export async function killOne(folder: string, victim: Victim, random: Random): Promise<boolean> {
  if (victim === 'runtime') return killRuntime(folder);
  const monitors = programs(folder).filter(isMonitor);
  const monitor = random.pick(monitors);
  if (!monitor) return false;
  const children = read(`/proc/${monitor.pid}/task/${monitor.pid}/children`);
  const child = random.pick(children.split(' ').filter(Boolean));
  const pid = victim === 'monitor' ? monitor.pid : Number(child);
  return pid > 0 && kill(pid);
}

/** A daemon's programs apart from itself. */
export function programs(folder: string): CommandLine[] {
  return commandLines().filter(({ argv }) => mentions(argv, folder));
}

/** Whether it is the monitor of a container or of a program that runs in one. */
export function isMonitor({ argv }: CommandLine): boolean {
  return argv[0]?.endsWith('conmon') ?? false;
}

function isRuntime({ argv }: CommandLine): boolean {
  return /(^|\/)(crun|runc|fd\/\d+)$/.test(argv[0] ?? '');
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

async function killRuntime(folder: string): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const runtimes = programs(folder).filter(isRuntime);
    const pids = runtimes.map(({ pid }) => pid);
    // With what it has forked: conmon listens to that as long as it lives, so that a start would not end.
    const one = runtimes.find(({ pid }) => !pids.includes(parentOf(pid)));
    const forked = runtimes.filter(({ pid }) => one && parentOf(pid) === one.pid);
    if (one && [one, ...forked].map(({ pid }) => kill(pid))[0]) return true;
    await delay(2);
  }
  return false;
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
