import { Containers } from '../../../api/client/containers.js';
import { encodeFilters } from '../../../api/client/query.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { pruneFilters } from '../../connection/preferences.js';
import { filters, toggle } from '../../parse/flag.js';
import { confirm } from '../confirm.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'Remove all stopped containers',
  arity: { least: 0, most: 0 },
  flags: {
    filter: filters('Provide filter values (e.g. "until=<timestamp>")', {}),
    force: toggle('Do not prompt for confirmation', { short: 'f' }),
  },
  async run(context, { flags }) {
    const { api, terminal } = context;
    const warning = 'This will remove all stopped containers.';
    if (!flags.force && !(await confirm(terminal, warning))) return undefined;
    const pruned = await new Containers(api).prune(
      encodeFilters(pruneFilters(flags.filter, context)),
    );
    const deleted = pruned.ContainersDeleted ?? [];
    const list = deleted.length > 0 ? `Deleted Containers:\n${deleted.join('\n')}\n\n` : '';
    terminal.stdout.write(`${list}Total reclaimed space: ${humanSize(pruned.SpaceReclaimed, 4)}\n`);
    return undefined;
  },
});
