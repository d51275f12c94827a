import { setTimeout as delay } from 'node:timers/promises';
import { Containers } from '../../../api/client/containers.js';
import { Stats } from '../../../api/client/stats.js';
import { type Context, command } from '../../command.js';
import { preferred } from '../../connection/preferences.js';
import { renderListing } from '../../format/listing.js';
import { usageListing } from '../../format/usage-figures.js';
import { tableFormat, toggle } from '../../parse/flag.js';
import { followUsage, UsageRows } from './usage-rows.js';

const REDRAW_MS = 500;

export default command({
  usage: '[OPTIONS] [CONTAINER...]',
  summary: 'Display a live stream of container(s) resource usage statistics',
  arity: { least: 0 },
  flags: {
    all: toggle('Show all containers (default shows just running)', { short: 'a' }),
    format: tableFormat(),
    'no-stream': toggle('Disable streaming stats and only pull the first result'),
    'no-trunc': toggle('Do not truncate output'),
  },
  async run(context, { flags, args }) {
    const stats = new Stats(context.api);
    const rows = new UsageRows(stats, !flags['no-stream']);
    const isEverything = args.length === 0;
    const refs = isEverything ? await listed(context, flags.all) : args;
    for (const ref of refs) rows.add(ref);
    await rows.first();
    const problem = isEverything ? undefined : rows.problem;
    if (problem !== undefined) throw problem;
    const listing = usageListing(flags['no-trunc']);
    const format = preferred(flags.format, 'statsFormat', context);
    const render = () => renderListing(rows.all, listing, { format });
    if (flags['no-stream']) {
      if (rows.all.length > 0) context.terminal.stdout.write(render());
      return undefined;
    }
    const following = isEverything ? followUsage(stats, rows, flags.all) : undefined;
    await redraw(context, render, () => (following ? following.isOver : rows.all.length === 0));
    return undefined;
  },
});

async function listed({ api }: Context, all: boolean): Promise<string[]> {
  const containers = await new Containers(api).list({ all });
  return containers.map(({ Id }) => Id);
}

/** Draws over what was drawn before: cursor home, each line cleared to its end, and what is below. */
async function redraw(
  { terminal: { stdout } }: Context,
  render: () => string,
  isOver: () => boolean,
): Promise<void> {
  while (!stdout.destroyed) {
    await delay(REDRAW_MS);
    if (isOver()) break;
    stdout.write(`\u001b[H${render().replaceAll('\n', '\u001b[K\n')}\u001b[K\n\u001b[J`);
  }
  stdout.write('\u001b[H\u001b[J');
}
