/** Containers as records. */
import type { ContainerConfig, HostConfig } from '../../api/types/container.js';
import type { ContainerHealth } from '../../api/types/health.js';
import type { EndpointSettingsInput } from '../../api/types/network.js';
import type { ContainerMount } from './mounts/model.js';

/** How a container's last run went; all zero before the first. */
export interface LastRun {
  readonly status: 'created' | 'exited';
  readonly exitCode: number;
  /** RFC 3339, or {@link never}. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly oomKilled: boolean;
  /** Why the last start failed; '' if it didn't. */
  readonly error: string;
}

/** What health checks found, as Docker shows it. */
export type Health = ContainerHealth;

/** A container by id, and what it is called by one that is linked to it. */
export interface ContainerLink {
  readonly id: string;
  readonly alias: string;
}

/** What the user made. Durable. */
export interface ContainerRecord {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly created: string;
  /** Id of the image. */
  readonly image: string;
  /** The storage driver that has its files. */
  readonly driver?: string;
  /** The user's settings merged over the image's. */
  readonly config: ContainerConfig;
  /** The entrypoint with its arguments. */
  readonly args: readonly string[];
  readonly host: HostConfig;
  /** What is asked of each network, by the name or id that the user gave. */
  readonly networks: Readonly<Record<string, EndpointSettingsInput>>;
  /** Containers of the default bridge that it is linked to (legacy `--link`). */
  readonly links?: readonly ContainerLink[];
  readonly mounts: readonly ContainerMount[];
  readonly lastRun: LastRun;
  /** How often its restart policy has started it since the user did. Default 0. */
  readonly restartCount?: number;
  /** Whether the user ended it and has not started it since. Default no. */
  readonly stoppedByUser?: boolean;
  /** What the health checks of its last run found, if there were any. */
  readonly health?: Health;
}

/** The parts of a record that change by themselves, as the container runs and ends. */
export const stateParts = ['lastRun', 'restartCount', 'stoppedByUser', 'health'] as const;
/** The part of a record that changes while a container lives; it is stored apart, as it is small. */
export type ContainerStateRecord = Pick<ContainerRecord, (typeof stateParts)[number]>;

/** What a reboot voids: there is one while the container's processes exist. Volatile. */
export interface RunRecord {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly paused: boolean;
  /** Absent without a health check. */
  readonly health?: Health;
  /** Whether a process of it was killed for want of memory. Default no. */
  readonly oomKilled?: boolean;
}

/** Docker's way to write "never". */
export const never = '0001-01-01T00:00:00Z';

/** How a run went of which nothing was heard any more, because the machine went down: Docker's 255. */
export function lostRun(startedAt: string): LastRun {
  return {
    status: 'exited',
    exitCode: 255,
    startedAt,
    finishedAt: never,
    oomKilled: false,
    error: '',
  };
}

/** The state of a container that was never started. */
export const neverRun: LastRun = {
  status: 'created',
  exitCode: 0,
  startedAt: never,
  finishedAt: never,
  oomKilled: false,
  error: '',
};
