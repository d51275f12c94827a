import type { ContainerInspect, ContainerState } from '../../api/types/container.js';
import type { Container } from './container.js';
import { shownMount } from './mounts/model.js';
import { shownConfig, shownHostConfig } from './settings-shown.js';
import { type NetworkView, networkSettings } from './settings-view.js';

/** Facts that the records don't hold. */
export interface InspectFacts {
  readonly logPath: string;
  readonly files: {
    readonly hosts: string;
    readonly hostname: string;
    readonly resolvConf: string;
  };
  readonly graphDriver: ContainerInspect['GraphDriver'];
  /** `HostConfig.Links` as shown. */
  readonly links: string[];
  /** Only if it was asked for: all files are looked at. */
  readonly size?: { readonly writable: number; readonly total: number };
}

/** Docker API: `ContainerInspectResponse`. */
export function inspectContainer(
  view: NetworkView,
  container: Container,
  facts: InspectFacts,
): ContainerInspect {
  const { record } = container;
  const [path = '', ...args] = record.args;
  return {
    Id: record.id,
    Created: record.created,
    Path: path,
    Args: args,
    State: containerState(container),
    Image: record.image,
    ResolvConfPath: facts.files.resolvConf,
    HostnamePath: facts.files.hostname,
    HostsPath: facts.files.hosts,
    LogPath: facts.logPath,
    Name: `/${record.name}`,
    RestartCount: record.restartCount ?? 0,
    Driver: facts.graphDriver.Name,
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: container.execIds.size > 0 ? [...container.execIds] : null,
    HostConfig: shownHostConfig({ ...record.host, Links: facts.links }),
    GraphDriver: facts.graphDriver,
    ...(facts.size && { SizeRw: facts.size.writable, SizeRootFs: facts.size.total }),
    Mounts: record.mounts.map(shownMount),
    Config: shownConfig({ ...record.config, MacAddress: mainMac(record) }),
    NetworkSettings: networkSettings(view, container),
  };
}

/** The MAC that was asked for on the main network; one that was chosen is none of the configuration. */
function mainMac({ config, host, networks }: Container['record']): string {
  return config.MacAddress || (networks[host.NetworkMode]?.MacAddress ?? '');
}

/** Docker API: `State`. */
export function containerState(container: Container): ContainerState {
  const { run, record, status, health } = container;
  const { lastRun } = record;
  return {
    Status: status,
    Running: container.isUp,
    Paused: run?.record.paused ?? false,
    Restarting: status === 'restarting',
    OOMKilled: run ? (run.record.oomKilled ?? false) : lastRun.oomKilled,
    Dead: status === 'dead',
    Pid: run?.record.pid ?? 0,
    ExitCode: run ? 0 : lastRun.exitCode,
    Error: run ? '' : lastRun.error,
    StartedAt: run?.record.startedAt ?? lastRun.startedAt,
    FinishedAt: lastRun.finishedAt,
    ...(health && { Health: health }),
  };
}
