import type { Row, Unit } from './rows.js';
import { median } from './statistics.js';
import { format, ratioOf, renderTable } from './table.js';

/** A figure that tsnet is meant to reach, judged by medians. */
export interface Goal {
  readonly title: string;
  /** Key of the row that it is read from. */
  readonly row: string;
  /** `ratio`: docker's median divided by tsnet's, at least; otherwise tsnet's own median, at most. */
  readonly kind: 'ratio' | 'own';
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
    const value = row && (goal.kind === 'ratio' ? ratioOf(row) : median(row.values.tsnet));
    if (value === undefined) return { goal, value, verdict: 'not measured' };
    const met = goal.kind === 'ratio' ? value >= goal.limit : value <= goal.limit;
    return { goal, value, verdict: met ? 'met' : 'missed' };
  });
}

/** The last table of a run. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ goal, value, verdict }) => [
    goal.title,
    `${goal.kind === 'ratio' ? '>=' : '<='} ${goal.limit}`,
    format(value, goal.unit),
    verdict,
  ]);
  return renderTable([['goal', 'limit', 'measured', 'verdict'], ...rows]);
}
