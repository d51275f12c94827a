import { type Column, type Configuration, modes, type Stage, titleOf } from './dimensions.js';
import { groupedBy } from './grouped.js';
import type { Cell } from './run.js';

/** The columns of the printed table: modes, and the network of IPv4 alone. */
const headings = [...modes, 'nat IPv4'] as const;

/**
 * A configuration as text: a table of the first stage, then the rows that differ from it at the others. An entry is `ok`, `no`, or
 * the address that the outside sees; `ok/no` with ICC on and off; `4:ok 6:no` by family, `tcp:ok udp:no` by
 * protocol. `!` marks what is wrong, `*` what is a known difference from Docker.
 */
export function printMatrix(
  configuration: Configuration,
  results: ReadonlyMap<Stage, readonly Cell[]>,
): string {
  const first = rowsOf([...results.values()][0] ?? []);
  const parts = [...results].map(([stage, cells], at) => {
    const rows = rowsOf(cells);
    const other = at === 0 ? rows : rows.filter((row) => !first.some((one) => isSame(one, row)));
    if (other.length === 0) return `${stage}: as before`;
    return `${stage}${at === 0 ? '' : ': as at first, but'}:\n${aligned([['', ...headings], ...other])}`;
  });
  return `\n== ${titleOf(configuration)} ==\n${parts.join('\n')}\n`;
}

/** What a row is called, and its entries. */
function rowsOf(cells: readonly Cell[]): string[][] {
  const rows = groupedBy(cells, ({ place: { client, target } }) => `${client} -> ${target}`);
  return [...rows].map(([name, theirs]) => [
    name,
    ...headings.map((heading) =>
      entry(theirs.filter(({ place }) => isUnder(heading, place.column))),
    ),
  ]);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.join('\n') === other.join('\n');
}

function isUnder(heading: (typeof headings)[number], { mode, families }: Column): boolean {
  const isSingle = families.length === 1;
  return heading === 'nat IPv4' ? isSingle : mode === heading && !isSingle;
}

/** Pings of the outside as they should be are left out: they don't tell which address it sees. */
function entry(all: readonly Cell[]): string {
  const cells = all.filter(
    ({ place: { target, protocol }, good }) => !good || target !== 'outside' || protocol !== 'ping',
  );
  if (cells.length === 0) return '-';
  return merged(cells, [
    (cell) => (cell.place.column.icc ? 'icc' : 'off'),
    (cell) => String(cell.place.family),
    (cell) => cell.place.protocol,
  ]);
}

/** One text if all cells are alike; otherwise they are told apart by the first key, and so on. */
function merged(cells: readonly Cell[], keys: readonly ((cell: Cell) => string)[]): string {
  const texts = new Set(cells.map(textOf));
  const [key, ...rest] = keys;
  if (texts.size === 1 || !key) return [...texts].join('&');
  const groups = [...groupedBy(cells, key)].map(
    ([name, theirs]) => [name, merged(theirs, rest)] as const,
  );
  if (new Set(groups.map(([, text]) => text)).size === 1) return groups[0]?.[1] ?? '';
  if (groups[0]?.[0] === 'icc') return groups.map(([, text]) => text).join('/');
  return groups.map(([name, text]) => `${name}:${text}`).join(' ');
}

function textOf({ expected, found, good }: Cell): string {
  if (!good) return `${found}!`;
  return found === expected ? found : `${found}*`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows
    .map((row) => `  ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
