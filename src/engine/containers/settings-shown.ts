import type { ContainerConfig, HostConfig } from '../../api/types/container.js';
import { maskedPaths, readonlyPaths } from '../isolation/profile/paths.js';
import { shownRequest } from './mounts/shown-request.js';

/** Lists that Docker shows as null while they are empty. */
const nullWhenEmpty = [
  'Binds',
  'VolumesFrom',
  'CapAdd',
  'CapDrop',
  'ExtraHosts',
  'GroupAdd',
  'Links',
  'SecurityOpt',
  'Ulimits',
];

/** Fields that Docker leaves out while they are empty. */
const absentWhenEmpty = ['Mounts', 'Tmpfs', 'Sysctls', 'Init', 'StorageOpt', 'Annotations'];

/** What tsnet has no setting for, with the value that Docker shows for "not set". */
const notSet = {
  Cgroup: '',
  ConsoleSize: [0, 0],
  Isolation: '',
  BlkioWeight: 0,
  BlkioWeightDevice: [],
  BlkioDeviceReadBps: [],
  BlkioDeviceWriteBps: [],
  BlkioDeviceReadIOps: [],
  BlkioDeviceWriteIOps: [],
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
} as const;

/** Docker API: `HostConfig` of an inspected container. */
export function shownHostConfig(host: HostConfig): Record<string, unknown> {
  const entries = Object.entries(host)
    .filter(([key, value]) => !(absentWhenEmpty.includes(key) && isEmpty(value)))
    .map(([key, value]) => [key, nullWhenEmpty.includes(key) && isEmpty(value) ? null : value]);
  return {
    ...notSet,
    ...Object.fromEntries(entries),
    ...(host.Mounts.length > 0 && { Mounts: host.Mounts.map(shownRequest) }),
    MaskedPaths: host.MaskedPaths ?? (host.Privileged ? null : maskedPaths),
    ReadonlyPaths: host.ReadonlyPaths ?? (host.Privileged ? null : readonlyPaths),
  };
}

/** Fields of a configuration that Docker leaves out while they are empty. */
const optional = [
  'ExposedPorts',
  'Healthcheck',
  'NetworkDisabled',
  'MacAddress',
  'StopSignal',
  'StopTimeout',
  'Shell',
];

/** Docker API: `ContainerConfig` of an inspected container. */
export function shownConfig(config: ContainerConfig): Record<string, unknown> {
  const entries = Object.entries(config).filter(
    ([key, value]) => !(optional.includes(key) && isEmpty(value)),
  );
  return {
    OnBuild: null,
    ...Object.fromEntries(entries),
    ...(config.Healthcheck && { Healthcheck: saidIn(config.Healthcheck) }),
    Volumes: isEmpty(config.Volumes) ? null : config.Volumes,
    Cmd: config.Cmd ?? null,
    Entrypoint: config.Entrypoint ?? null,
  };
}

/** The parts of a health check that are not left to their defaults. */
function saidIn(check: object): object {
  return Object.fromEntries(
    Object.entries(check).filter(([, value]) => value !== 0 && !isEmpty(value)),
  );
}

/** Whether nothing is said: null, '', false, no elements. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === false;
}
