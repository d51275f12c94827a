import { readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type CommandLine, commandLines, mentions, read } from '../../survive/machine.js';
import type { Random } from '../../survive/random.js';

/** Programs around a container that may be killed at any instant; a runtime with what it has forked, or alone. */
export type Victim = 'monitor' | 'runtime' | 'lone runtime' | 'container';

/** How long a runtime may be waited for; it lives for a few milliseconds. */
const PATIENCE_MS = 1500;
/** About as long as it lives. */
const RUNTIME_MS = 15;

/** Kills one of a daemon's programs; false where there was none. */
export async function killOne(folder: string, victim: Victim, random: Random): Promise<boolean> {
  if (victim === 'runtime') return killRuntime(folder);
  if (victim === 'lone runtime') return killLoneRuntime(folder, random);
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

/** Also a copy of itself in memory. */
function isRuntime({ argv }: CommandLine): boolean {
  return /(^|\/)(crun|runc|fd\/\d+)$/.test(argv[0] ?? '');
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

/** Those that were not forked by another, as soon as there are any. */
async function findRuntimes(folder: string): Promise<{ pid: number; forked: number[] }[]> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const pids = programs(folder)
      .filter(isRuntime)
      .map(({ pid }) => pid);
    const parents = new Map(pids.map((pid) => [pid, parentOf(pid)]));
    const eldest = pids.filter((pid) => !pids.includes(parents.get(pid) ?? 0));
    // What waits to be let go looks like the runtime that has forked it, and is conmon's when that is gone.
    const found = eldest
      .filter((pid) => !isContainer(pid))
      .map((pid) => ({ pid, forked: pids.filter((one) => parents.get(one) === pid) }));
    if (found.length > 0) return found;
    await delay(2);
  }
  return [];
}

/** Whether it is in a mount namespace that its parent is not in. */
function isContainer(pid: number): boolean {
  const namespaces = [pid, parentOf(pid)].map((one) => link(`/proc/${one}/ns/mnt`));
  return namespaces[0] !== namespaces[1];
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

async function killRuntime(folder: string): Promise<boolean> {
  const [one] = await findRuntimes(folder);
  return one ? [one.pid, ...one.forked].map(kill).some(Boolean) : false;
}

/** What it has forked lives on; so it is killed when it may have forked. */
async function killLoneRuntime(folder: string, random: Random): Promise<boolean> {
  const found = await findRuntimes(folder);
  await delay(random.next() * RUNTIME_MS);
  return found.some(({ pid }) => kill(pid));
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
