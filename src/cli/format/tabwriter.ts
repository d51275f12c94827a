import { displayWidth } from './width.js';

/** Space after the widest cell of a column, and the least width of a column with it. */
const padding = 3;
const leastWidth = 10;

/**
 * Aligns text whose cells end in tabs, as Go's text/tabwriter does with Docker's settings. A column is a run of
 * lines that have a cell there; a line's last cell is free text and belongs to no column.
 */
export function alignTabs(text: string): string {
  const rows = text.split('\n').map((line) => line.split('\t'));
  const widths = rows.map(() => [] as number[]);
  const deepest = Math.max(...rows.map((row) => row.length)) - 1;
  for (let column = 0; column < deepest; column++) setWidths(rows, widths, column);
  return rows
    .map((row, y) =>
      row
        .map(
          (cell, x) => cell + ' '.repeat(Math.max(0, (widths[y]?.[x] ?? 0) - displayWidth(cell))),
        )
        .join(''),
    )
    .join('\n');
}

function setWidths(rows: readonly string[][], widths: number[][], column: number): void {
  let start = 0;
  while (start < rows.length) {
    let end = start;
    let width = leastWidth;
    for (; isCell(rows[end], column); end++) {
      width = Math.max(width, displayWidth(rows[end]?.[column] ?? '') + padding);
    }
    for (let y = start; y < end; y++) widths[y]?.push(width);
    start = end + 1;
  }
}

/** Whether a line's cell is closed by a tab. */
function isCell(row: readonly string[] | undefined, column: number): boolean {
  return row !== undefined && column < row.length - 1;
}
