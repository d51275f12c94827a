import type { ContainerSummary } from '../../api/types/container.js';
import type { Filters } from '../../api/types/system.js';
import { humanDuration } from '../../base/human.js';
import type { Container } from './container.js';
import type { ContainerSize } from './context.js';
import type { ContainerFilter } from './filters.js';
import { shownMount } from './mounts/model.js';
import { endpointSettings, type NetworkView, portSummaries } from './settings-view.js';

/** Docker Engine API: the query of `ContainerList`. */
export interface ListQuery {
  readonly all: boolean;
  readonly limit: number;
  readonly filters: Filters;
}

/** The containers that a `ps` shows, newest first. */
export function selectContainers(
  containers: readonly Container[],
  query: ListQuery,
  filter: ContainerFilter,
): Container[] {
  const byState = query.filters.has('status') || query.filters.has('exited');
  const all = query.all || query.limit > 0 || byState;
  const matching = containers.filter((c) => (all || c.isUp) && filter(c));
  return query.limit > 0 ? matching.slice(0, query.limit) : matching;
}

/** Docker API: `ContainerSummary`. */
export function summarize(
  view: NetworkView,
  container: Container,
  facts: {
    readonly imageName: string;
    readonly now: Date;
    readonly size?: ContainerSize;
    /** What others call it: see {@link linkNames}. */
    readonly linkNames?: readonly string[];
  },
): ContainerSummary {
  const { record, status } = container;
  return {
    Id: record.id,
    Names: [`/${record.name}`, ...(facts.linkNames ?? [])].sort(),
    Image: facts.imageName,
    ImageID: record.image,
    Command: commandText(record.args),
    Created: Math.trunc(Date.parse(record.created) / 1000),
    Ports: portSummaries(view, container),
    ...(facts.size && { SizeRw: facts.size.writable, SizeRootFs: facts.size.total }),
    Labels: record.config.Labels,
    State: status,
    Status: statusText(container, facts.now),
    HostConfig: { NetworkMode: record.host.NetworkMode },
    NetworkSettings: { Networks: endpointSettings(view, container) },
    Mounts: record.mounts.map(shownMount),
  };
}

/** As dockerd shows it: what has a blank in it is quoted, but not the program itself; no shell would take it back. */
function commandText([program = '', ...args]: readonly string[]): string {
  return [program, ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))].join(' ');
}

/** `Up 2 minutes (healthy)`, `Restarting (1) 3 seconds ago`, `Exited (0) 3 seconds ago`, `Created`. */
export function statusText(container: Container, now: Date): string {
  const { run, record, status } = container;
  const since = (time: string) => humanDuration((now.getTime() - Date.parse(time)) / 1000);
  if (run) return `Up ${since(run.record.startedAt)}${remark(container)}`;
  if (status === 'removing') return 'Removal In Progress';
  if (status === 'dead') return 'Dead';
  const { lastRun } = record;
  if (lastRun.status === 'created') return 'Created';
  const what = status === 'restarting' ? 'Restarting' : 'Exited';
  return `${what} (${lastRun.exitCode}) ${since(lastRun.finishedAt)} ago`;
}

function remark({ run, health }: Container): string {
  if (run?.record.paused) return ' (Paused)';
  if (!health) return '';
  return health.Status === 'starting' ? ' (health: starting)' : ` (${health.Status})`;
}
