import { encodeFilters } from '../../../api/client/query.js';
import { Volumes } from '../../../api/client/volumes.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { pruneFilters } from '../../connection/preferences.js';
import { filters, toggle } from '../../parse/flag.js';
import { confirm } from '../confirm.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'Remove unused local volumes',
  arity: { least: 0, most: 0 },
  flags: {
    all: toggle('Remove all unused volumes, not just anonymous ones', { short: 'a' }),
    filter: filters('Provide filter values (e.g. "label=<label>")', {}),
    force: toggle('Do not prompt for confirmation', { short: 'f' }),
  },
  async run(context, { flags }) {
    const { api, terminal } = context;
    if (flags.all && flags.filter.some(([key]) => key === 'all')) {
      throw new Error('conflicting options: cannot specify both --all and --filter all=1');
    }
    const which = flags.all ? 'all' : 'anonymous';
    const warning = `This will remove ${which} local volumes not used by at least one container.`;
    if (!flags.force && !(await confirm(terminal, warning))) return undefined;
    const wanted = flags.all ? [...flags.filter, ['all', 'true'] as const] : flags.filter;
    const { VolumesDeleted, SpaceReclaimed } = await new Volumes(api).prune(
      encodeFilters(pruneFilters(wanted, context)),
    );
    const names = VolumesDeleted ?? [];
    if (names.length > 0) terminal.stdout.write(`Deleted Volumes:\n${names.join('\n')}\n\n`);
    const reclaimed = names.length > 0 ? SpaceReclaimed : 0;
    terminal.stdout.write(`Total reclaimed space: ${humanSize(reclaimed, 4)}\n`);
    return undefined;
  },
});
