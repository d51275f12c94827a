import type { ContainerConfig } from '../../../api/types/container.js';
import type { HealthProbe } from '../../../api/types/health.js';
import { InvalidParameter } from '../../../base/errors.js';
import { defaultShell } from '../../default-shell.js';
import type { ImageHealthcheck } from '../context.js';
import type { Health } from '../model.js';

/** How a container's health is checked: Docker's defaults filled in, times in milliseconds. */
export interface HealthCheck {
  /** What is run inside. */
  readonly args: readonly string[];
  /** From the end of one probe to the start of the next. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** How long failures don't count, unless it was healthy before. */
  readonly startPeriodMs: number;
  /** The interval meanwhile. */
  readonly startIntervalMs: number;
  /** How many failures in a row make it unhealthy. */
  readonly retries: number;
}

/** Probes that are remembered. */
const kept = 5;
const nanosPerMs = 1e6;

/** The check that a configuration asks for; undefined if there is none, or of a kind that nobody knows. */
export function healthCheck({ Healthcheck: it, Shell }: ContainerConfig): HealthCheck | undefined {
  const args = it && probeArgs(it.Test, Shell?.length ? Shell : defaultShell);
  if (!args) return undefined;
  const ms = (nanos: number, otherwise: number) => (nanos === 0 ? otherwise : nanos / nanosPerMs);
  return {
    args,
    intervalMs: ms(it.Interval, 30_000),
    timeoutMs: ms(it.Timeout, 30_000),
    startPeriodMs: ms(it.StartPeriod, 0),
    startIntervalMs: ms(it.StartInterval, 5000),
    retries: it.Retries > 0 ? it.Retries : 3,
  };
}

function probeArgs(
  [kind, ...words]: readonly string[],
  shell: readonly string[],
): readonly string[] | undefined {
  if (words.length === 0) return undefined;
  if (kind === 'CMD') return words;
  return kind === 'CMD-SHELL' ? [...shell, ...words] : undefined;
}

/** What is known of a container's health when it starts: earlier probes stay in the log. */
export function freshHealth(before: Health | undefined): Health {
  return { Status: 'starting', FailingStreak: 0, Log: before?.Log ?? [] };
}

/** As Docker shows the health of one that does not run. */
export function endedHealth(health: Health): Health {
  return { ...health, Status: 'unhealthy' };
}

/** The pause before the next probe of a container that has run for `ranMs`. */
export function nextProbeMs(check: HealthCheck, health: Health, ranMs: number): number {
  const left = check.startPeriodMs - ranMs;
  if (left <= 0 || health.Status !== 'starting') return check.intervalMs;
  // The end of the start period is not slept through.
  return Math.min(check.startIntervalMs, Math.max(left, 1));
}

/** Health after a probe that began when the container had run for `ranMs`. */
export function healthAfter(
  health: Health,
  probe: HealthProbe,
  { check, ranMs }: { check: HealthCheck; ranMs: number },
): Health {
  const Log = [...health.Log, probe].slice(-kept);
  if (probe.ExitCode === 0) return { Status: 'healthy', FailingStreak: 0, Log };
  if (health.Status === 'starting' && ranMs < check.startPeriodMs) return { ...health, Log };
  const FailingStreak = health.FailingStreak + 1;
  return {
    Status: FailingStreak >= check.retries ? 'unhealthy' : health.Status,
    FailingStreak,
    Log,
  };
}

/** The user's settings over the image's, one by one. */
export function mergeHealthcheck(
  wanted: ContainerConfig['Healthcheck'],
  image: ImageHealthcheck | null | undefined,
): ContainerConfig['Healthcheck'] {
  if (!wanted && !image) return undefined;
  return {
    Test: wanted?.Test.length ? wanted.Test : [...(image?.Test ?? [])],
    Interval: wanted?.Interval || (image?.Interval ?? 0),
    Timeout: wanted?.Timeout || (image?.Timeout ?? 0),
    StartPeriod: wanted?.StartPeriod || (image?.StartPeriod ?? 0),
    StartInterval: wanted?.StartInterval || (image?.StartInterval ?? 0),
    Retries: wanted?.Retries || (image?.Retries ?? 0),
  };
}

/** @throws InvalidParameter in Docker's words */
export function checkHealthcheck(settings: ContainerConfig['Healthcheck']): void {
  if (!settings) return;
  for (const name of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const) {
    if (settings[name] !== 0 && settings[name] < nanosPerMs) {
      throw new InvalidParameter(`${name} in Healthcheck cannot be less than 1ms`);
    }
  }
  if (settings.Retries < 0) {
    throw new InvalidParameter('Retries in Healthcheck cannot be negative');
  }
}
