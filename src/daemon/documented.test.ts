import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { withoutEffect } from './flags/without-effect.js';
import { type Flag, flags } from './flags.js';

const path = 'docs/configuration.md';

/** The rows of the table of settings, as the tables of `flags/` have them. */
function settingRows(): string[] {
  const all: readonly Flag[] = flags;
  return [...all].sort((a, b) => (a.flag < b.flag ? -1 : 1)).map(row);
}

function row({ flag, short, key, type, default: initial, reloadable, help }: Flag): string {
  const name = `\`${short ? `-${short}, ` : ''}--${flag}\``;
  const shown = JSON.stringify(initial) === '""' ? '' : `\`${JSON.stringify(initial)}\``;
  const cells = [name, key ? `\`${key}\`` : '', type, shown, reloadable ? 'yes' : '', help];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function ignoredRows(): string[] {
  return Object.entries(withoutEffect).map(([key, reason]) => `| \`${key}\` | ${reason} |`);
}

/** The lines of a table by its head. */
function tableAfter(lines: readonly string[], head: string): string[] {
  const start = lines.indexOf(head);
  expect(start, `${path} has no table ${head}`).to.be.greaterThan(-1);
  const rest = lines.slice(start + 2);
  const length = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, length < 0 ? rest.length : length);
}

const tables: [head: string, rows: () => string[]][] = [
  ['| flag | key | type | default | SIGHUP | what it does |', settingRows],
  ['| key | why it changes nothing |', ignoredRows],
];

describe('docs/configuration.md', () => {
  for (const [head, rows] of tables) {
    it(`has every row of ${head}`, () => {
      const text = readFileSync(path, 'utf8');
      const lines = text.split('\n');
      const found = tableAfter(lines, head);
      if (process.env['UPDATE_GOLDEN'] === '1') {
        const start = lines.indexOf(head) + 2;
        lines.splice(start, found.length, ...rows());
        writeFileSync(path, lines.join('\n'));
        return;
      }
      expect(found).to.deep.equal(rows());
    });
  }
});
