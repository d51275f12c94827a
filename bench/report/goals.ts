import type { Row, Unit } from './rows.js';
import { median } from './statistics.js';
import { format, ratioOf, renderTable } from './table.js';

/** A figure that tsnet is meant to reach, judged by medians. */
export interface Goal {
  readonly title: string;
  /** Key of the row that it is read from. */
  readonly row: string;
  /**
   * `ratio`: docker's median divided by tsnet's, at least. `rate`: tsnet's divided by docker's, at least.
   * `own`: tsnet's own median, at most.
   */
  readonly kind: 'ratio' | 'rate' | 'own';
  readonly limit: number;
  readonly unit: Unit;
}

export const goals: readonly Goal[] = [
  {
    title: 'create, start, wait and remove on bridge: times faster',
    row: 'run.bridge.total',
    kind: 'ratio',
    limit: 5,
    unit: 'x',
  },
  {
    title: 'network create and remove: times faster',
    row: 'network.total',
    kind: 'ratio',
    limit: 20,
    unit: 'x',
  },
  {
    title: 'start of the 101st container against the 1st',
    row: 'crowd.plain.growth',
    kind: 'own',
    limit: 1.2,
    unit: 'x',
  },
  {
    title: 'start of the 200th published port against the 1st',
    row: 'crowd.port.growth',
    kind: 'own',
    limit: 1.2,
    unit: 'x',
  },
  {
    title: 'idle daemon, RSS in MB',
    row: 'memory.idle.rss',
    kind: 'own',
    limit: 90,
    unit: 'MB',
  },
  {
    title: 'daemon for each running container (conmon not counted), PSS in MB',
    row: 'memory.container.daemon',
    kind: 'own',
    limit: 0.3,
    unit: 'MB',
  },
  {
    title: 'network create and remove among 300: times faster',
    row: 'among.networks.300.total',
    kind: 'ratio',
    limit: 20,
    unit: 'x',
  },
  {
    title: 'the same at 1, 100 and 300 networks',
    row: 'among.networks.growth',
    kind: 'own',
    limit: 1.3,
    unit: 'x',
  },
  {
    title: 'network connect and disconnect among 100 containers: times faster',
    row: 'among.containers.100.total',
    kind: 'ratio',
    limit: 20,
    unit: 'x',
  },
  {
    title: 'the same at 1 and 100 running containers',
    row: 'among.containers.growth',
    kind: 'own',
    limit: 1.3,
    unit: 'x',
  },
  {
    title: 'start and remove with 1,000 ports against one',
    row: 'ports.thousand.growth',
    kind: 'own',
    limit: 2,
    unit: 'x',
  },
  {
    title: 'start and remove with a range of 10,000 ports against one',
    row: 'ports.range.growth',
    kind: 'own',
    limit: 2,
    unit: 'x',
  },
  {
    title: 'new connections through the only port against the last of 5,000',
    row: 'rates.growth',
    kind: 'own',
    limit: 1.1,
    unit: 'x',
  },
  {
    title: "round trip by 127.0.0.1 against the container's address",
    row: 'path.loopback.ratio',
    kind: 'own',
    limit: 1.2,
    unit: 'x',
  },
  {
    title: 'round trip between containers against a bridge without rules',
    row: 'path.neighbour.ratio',
    kind: 'own',
    limit: 1.05,
    unit: 'x',
  },
  {
    title: 'throughput of a bridge without rules against that between containers',
    row: 'path.stream.ratio',
    kind: 'own',
    limit: 1.05,
    unit: 'x',
  },
  {
    title: 'read a log of 1 GB: times faster',
    row: 'logs.read.total',
    kind: 'ratio',
    limit: 1,
    unit: 'x',
  },
  {
    title: 'DNS queries a second, 32 at a time: times as many',
    row: 'dns.rate.32',
    kind: 'rate',
    limit: 1,
    unit: 'x',
  },
  {
    title: 'DNS 99th percentile, 32 at a time: times shorter',
    row: 'dns.p99.32',
    kind: 'ratio',
    limit: 2,
    unit: 'x',
  },
  {
    title: 'round trip between containers whose frames the firewall is not shown',
    row: 'path.framesTrip.ratio',
    kind: 'own',
    limit: 1.05,
    unit: 'x',
  },
  {
    title: 'throughput between containers whose frames the firewall is not shown',
    row: 'path.framesStream.ratio',
    kind: 'own',
    limit: 1.05,
    unit: 'x',
  },
  {
    title: 'create, start, wait and remove on the host network: times faster',
    row: 'run.host.total',
    kind: 'ratio',
    limit: 3,
    unit: 'x',
  },
  { title: 'exec: times faster', row: 'exec.total', kind: 'ratio', limit: 3, unit: 'x' },
  {
    title: '50 starts at once: times faster',
    row: 'once.start.total',
    kind: 'ratio',
    limit: 4,
    unit: 'x',
  },
  {
    title: 'list of 300 running containers in ms',
    row: 'once.list.total',
    kind: 'own',
    limit: 20,
    unit: 'ms',
  },
  {
    title: 'each running container, PSS: times less',
    row: 'memory.container.pss',
    kind: 'ratio',
    limit: 3,
    unit: 'x',
  },
  {
    title: 'load of an image of 300 MB: times faster',
    row: 'images.load',
    kind: 'ratio',
    limit: 1,
    unit: 'x',
  },
  {
    title: 'save of an image of 300 MB: times faster',
    row: 'images.save',
    kind: 'ratio',
    limit: 1,
    unit: 'x',
  },
];

/** What a goal came to. */
export interface Verdict {
  readonly goal: Goal;
  readonly value: number | undefined;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

/** Judges every goal by the rows there are. */
export function judge(rows: readonly Row[]): Verdict[] {
  return goals.map((goal) => {
    const row = rows.find(({ key }) => key === goal.row);
    const value = row && measured(goal, row);
    if (value === undefined) return { goal, value, verdict: 'not measured' };
    const met = goal.kind === 'own' ? value <= goal.limit : value >= goal.limit;
    return { goal, value, verdict: met ? 'met' : 'missed' };
  });
}

function measured({ kind }: Goal, row: Row): number | undefined {
  if (kind === 'own') return median(row.values.tsnet);
  const ratio = ratioOf(row);
  return ratio === undefined || kind === 'ratio' ? ratio : 1 / ratio;
}

/** The last table of a run. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ goal, value, verdict }) => [
    goal.title,
    `${goal.kind === 'own' ? '<=' : '>='} ${goal.limit}`,
    format(value, goal.unit),
    verdict,
  ]);
  return renderTable([['goal', 'limit', 'measured', 'verdict'], ...rows]);
}
