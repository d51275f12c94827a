import { Containers } from '../../../api/client/containers.js';
import { command } from '../../command.js';

/** `top` has wider columns than other tables. */
const columnWidth = 20;

export default command({
  usage: 'CONTAINER [ps OPTIONS]',
  summary: 'Display the running processes of a container',
  arity: { least: 1 },
  flags: {},
  optionsFirst: true,
  async run({ api, terminal }, { args: [ref = '', ...psArgs] }) {
    const { Titles, Processes } = await new Containers(api).top(ref, psArgs.join(' '));
    const rows = [Titles, ...(Processes ?? [])];
    const widths = Titles.map((_, x) =>
      Math.max(columnWidth, ...rows.map((row) => (row[x] ?? '').length + 3)),
    );
    for (const row of rows) {
      const cells = row.map((cell, x) =>
        x === row.length - 1 ? cell : cell.padEnd(widths[x] ?? columnWidth),
      );
      terminal.stdout.write(`${cells.join('')}\n`);
    }
    return undefined;
  },
});
