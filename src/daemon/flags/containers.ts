import type { Flag } from './row.js';

/** Containers: the runtimes and what they have by default. */
export const containerFlags = [
  {
    flag: 'log-driver',
    key: 'log-driver',
    type: 'string',
    default: 'json-file',
    help: 'Default driver for container logs',
  },
  {
    flag: 'log-opt',
    key: 'log-opts',
    type: 'map',
    default: {},
    help: 'Default log driver options for containers',
  },
  {
    flag: 'add-runtime',
    key: 'runtimes',
    type: 'map',
    default: {},
    help: 'Register an additional OCI compatible runtime, name=path',
  },
  {
    flag: 'cgroup-parent',
    key: 'cgroup-parent',
    type: 'string',
    default: '',
    help: 'Set parent cgroup for all containers',
  },
  {
    flag: 'default-cgroupns-mode',
    key: 'default-cgroupns-mode',
    type: 'string',
    default: '',
    help: 'Default mode for containers cgroup namespace ("host" | "private")',
  },
  {
    flag: 'default-ipc-mode',
    key: 'default-ipc-mode',
    type: 'string',
    default: 'private',
    help: 'Default mode for containers ipc ("shareable" | "private")',
  },
  {
    flag: 'default-runtime',
    key: 'default-runtime',
    type: 'string',
    default: '',
    help: 'Default OCI runtime for containers (default crun where it works, else runc)',
  },
  {
    flag: 'default-shm-size',
    key: 'default-shm-size',
    type: 'string',
    default: '64M',
    help: 'Default shm size for containers',
  },
  {
    flag: 'default-ulimit',
    key: 'default-ulimits',
    type: 'map',
    default: {},
    help: 'Default ulimits for containers, name=soft[:hard]',
  },
  {
    flag: 'init',
    key: 'init',
    type: 'boolean',
    default: false,
    help: 'Run an init in the container to forward signals and reap processes',
  },
  {
    flag: 'no-new-privileges',
    key: 'no-new-privileges',
    type: 'boolean',
    default: false,
    help: 'Set no-new-privileges by default for new containers',
  },
  {
    flag: 'seccomp-profile',
    key: 'seccomp-profile',
    type: 'string',
    default: 'builtin',
    help: 'Path to seccomp profile, "builtin" or "unconfined"',
  },
] as const satisfies readonly Flag[];
