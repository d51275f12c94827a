import type { HostConfig } from '../../../api/types/container.js';
import { InvalidParameter } from '../../../base/errors.js';

/** Docker Engine API: `RestartPolicy`. */
export type RestartPolicy = NonNullable<HostConfig['RestartPolicy']>;

/** What is known of a container that has ended. */
export interface EndedRun {
  readonly exitCode: number;
  /** By `stop` or `kill`, whoever ended it in the end. */
  readonly stoppedByUser: boolean;
  /** How often the policy has started it since the user did. */
  readonly restartCount: number;
}

/** The pause before the first restart in a row. */
const firstDelayMs = 100;
/** The longest pause. */
const longestDelayMs = 60_000;
/** One that ran as long as this counts as started well: the next pause is the first again. */
const settledMs = 10_000;

/** Whether the policy wants the container started again. Docker's rules, those of `on-failure` after a manual stop included. */
export function wantsRestart(policy: RestartPolicy | null | undefined, ended: EndedRun): boolean {
  return rules[policy?.Name ?? '']?.(ended, policy?.MaximumRetryCount ?? 0) ?? false;
}

const rules: Readonly<Record<string, (ended: EndedRun, most: number) => boolean>> = {
  always: () => true,
  'unless-stopped': ({ stoppedByUser }) => !stoppedByUser,
  'on-failure': ({ exitCode, restartCount }, most) =>
    exitCode !== 0 && (most === 0 || restartCount < most),
};

/** The pause before the next restart: twice the last one, from 0.1 s to a minute. `lastMs` is 0 if there was none. */
export function restartDelay(lastMs: number, ranMs: number): number {
  if (lastMs === 0 || ranMs >= settledMs) return firstDelayMs;
  return Math.min(lastMs * 2, longestDelayMs);
}

/** Whether there is a policy that starts containers at all. */
export function isRestarting(policy: RestartPolicy | null | undefined): boolean {
  return !['', 'no'].includes(policy?.Name ?? '');
}

/** @throws InvalidParameter in Docker's words */
export function checkRestartPolicy(policy: RestartPolicy | null | undefined): void {
  if (!policy) return;
  const { Name, MaximumRetryCount: most } = policy;
  if (Name !== '' && Name !== 'no' && rules[Name] === undefined) {
    throw new InvalidParameter(
      `invalid restart policy: unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  }
  if (Name === 'on-failure' && most < 0) {
    throw new InvalidParameter('invalid restart policy: maximum retry count cannot be negative');
  }
  if (Name !== '' && Name !== 'on-failure' && most !== 0) {
    const also = most < 0 ? ' and cannot be negative' : '';
    throw new InvalidParameter(
      `invalid restart policy: maximum retry count can only be used with 'on-failure'${also}`,
    );
  }
}
