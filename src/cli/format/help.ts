import type { Flag, FlagTable } from '../parse/flag.js';

/** Width that help is wrapped to where the terminal isn't narrower; the last column stays free. */
const helpColumns = 80;
/** A last word may stick out this far, sooner than stand on a line of its own. */
const slop = 5;
/** Narrower columns aren't wrapped. */
const leastColumn = 24;

/** The options of a command, aligned and wrapped as Docker's help does. */
export function flagHelp(table: FlagTable, columns = helpColumns): string {
  const width = (columns || helpColumns) - 1;
  const rows = Object.entries(table)
    .filter(([, flag]) => !flag.hidden && !flag.deprecated)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => [flagName(name, flag), flagUsage(flag)] as const);
  const indent = Math.max(0, ...rows.map(([name]) => name.length)) + 3;
  return rows
    .map(([name, usage]) => `${name.padEnd(indent)}${wrap(usage, indent, width)}\n`)
    .join('');
}

function flagName(name: string, { short, kind }: Flag<unknown>): string {
  return `${short ? `  -${short}, ` : '      '}--${name}${kind ? ` ${kind}` : ''}`;
}

function flagUsage({ usage, shownDefault }: Flag<unknown>): string {
  return shownDefault === undefined ? usage : `${usage} (default ${shownDefault})`;
}

/** Wraps to `width`, all lines but the first indented. */
function wrap(text: string, indent: number, width: number): string {
  const room = width - indent;
  if (room < leastColumn) return text.replaceAll('\n', `\n${' '.repeat(indent)}`);
  const lines: string[] = [];
  let rest = text;
  do {
    const [line, after] = cutLine(rest, room - slop);
    lines.push(line);
    rest = after;
  } while (rest !== '');
  return lines.join('\n').replaceAll('\n', `\n${' '.repeat(indent)}`);
}

function cutLine(text: string, room: number): [line: string, rest: string] {
  if (room + slop > text.length) return [text, ''];
  const head = text.slice(0, room);
  const space = Math.max(...[' ', '\t', '\n'].map((blank) => head.lastIndexOf(blank)));
  if (space <= 0) return [text, ''];
  const newline = head.lastIndexOf('\n');
  const cut = newline > 0 && newline < space ? newline : space;
  return [text.slice(0, cut), text.slice(cut + 1)];
}
