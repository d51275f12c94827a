import type { HostConfig } from '../../api/types/container.js';

/** What containers have unless they ask for something else: options of the daemon. */
export interface IsolationDefaults {
  /** `--default-ulimit` */
  readonly ulimits: NonNullable<HostConfig['Ulimits']>;
  /** `--default-shm-size`, in bytes. */
  readonly shmSize: number;
  /** `--default-ipc-mode`: `private` or `shareable`. */
  readonly ipcMode: string;
  /** `--default-cgroupns-mode`: `private`, `host`, or empty for Docker's choice by the version of cgroups. */
  readonly cgroupnsMode: string;
  /** `--no-new-privileges` */
  readonly noNewPrivileges: boolean;
  /** `--seccomp-profile`: the text of a profile, `unconfined`, or `builtin`. */
  readonly seccomp: string;
  /** `--init` */
  readonly init: boolean;
}

/** Docker's own. */
export const dockerDefaults: IsolationDefaults = {
  ulimits: [],
  shmSize: 64 * 1024 * 1024,
  ipcMode: 'private',
  cgroupnsMode: '',
  noNewPrivileges: false,
  seccomp: 'builtin',
  init: false,
};
