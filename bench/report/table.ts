import type { EngineName, Row, Unit } from './rows.js';
import { median, summarize } from './statistics.js';

/** Renders rows of cells as a Markdown table with aligned columns; the first row is the heading. */
export function renderTable(cells: readonly (readonly string[])[]): string {
  const [heading = [], ...body] = cells;
  const widths = heading.map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (text: string, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 ? text.padEnd(width) : text.padStart(width);
  };
  const line = (row: readonly string[]) =>
    `| ${widths.map((_, column) => pad(row[column] ?? '', column)).join(' | ')} |`;
  const rule = widths.map((width, column) => '-'.repeat(width - 1) + (column === 0 ? '-' : ':'));
  return [line(heading), `| ${rule.join(' | ')} |`, ...body.map(line)].join('\n');
}

/** The table of a measurement: per engine `median (min-max)` and CPU; then docker / tsnet. */
export function renderRows(rows: readonly Row[], engines: readonly EngineName[]): string {
  const both = engines.length > 1;
  const heading = [
    'median (min-max)',
    ...engines.flatMap((engine) => [engine, 'CPU ms']),
    ...(both ? ['docker/tsnet'] : []),
  ];
  const body = rows.map((row) => [
    row.unit === 'count' || row.unit === 'x' ? row.title : `${row.title}, ${row.unit}`,
    ...engines.flatMap((engine) => [
      spread(row.values[engine] ?? [], row.unit),
      format(median(row.cpuMs[engine]), 'ms'),
    ]),
    ...(both ? [ratioText(row)] : []),
  ]);
  return renderTable([heading, ...body]);
}

/** How many times docker's median is tsnet's; undefined where a side is missing, or not above zero. */
export function ratioOf(row: Row): number | undefined {
  const [docker, tsnet] = [median(row.values.docker), median(row.values.tsnet)];
  if (docker === undefined || tsnet === undefined) return undefined;
  return docker > 0 && tsnet > 0 ? docker / tsnet : undefined;
}

/** A number with its unit's digits; a dash for none. */
export function format(value: number | undefined, unit: Unit): string {
  if (value === undefined) return '-';
  const digits = { ms: 1, us: 1, MB: 2, x: 2, count: 1 }[unit];
  return value.toFixed(Math.abs(value) >= 100 ? 0 : digits);
}

function spread(samples: readonly number[], unit: Unit): string {
  const summary = summarize(samples);
  if (!summary) return '-';
  const [middle, min, max] = [summary.median, summary.min, summary.max].map((value) =>
    format(value, unit),
  );
  return samples.length === 1 ? `${middle}` : `${middle} (${min}-${max})`;
}

function ratioText(row: Row): string {
  const ratio = row.unit === 'x' ? undefined : ratioOf(row);
  return ratio === undefined ? '-' : `${format(ratio, 'x')}`;
}
