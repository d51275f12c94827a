import { Networks } from '../../../api/client/networks.js';
import { encodeFilters } from '../../../api/client/query.js';
import { command } from '../../command.js';
import { pruneFilters } from '../../connection/preferences.js';
import { filters, toggle } from '../../parse/flag.js';
import { confirm } from '../confirm.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'Remove all unused networks',
  arity: { least: 0, most: 0 },
  flags: {
    filter: filters('Provide filter values (e.g. "until=<timestamp>")', {}),
    force: toggle('Do not prompt for confirmation', { short: 'f' }),
  },
  async run(context, { flags }) {
    const { api, terminal } = context;
    const warning = 'This will remove all custom networks not used by at least one container.';
    if (!flags.force && !(await confirm(terminal, warning))) return undefined;
    const { NetworksDeleted } = await new Networks(api).prune(
      encodeFilters(pruneFilters(flags.filter, context)),
    );
    const names = NetworksDeleted ?? [];
    if (names.length > 0) terminal.stdout.write(`Deleted Networks:\n${names.join('\n')}\n\n`);
    return undefined;
  },
});
