import { Images } from '../../../api/client/images.js';
import { encodeFilters } from '../../../api/client/query.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { pruneFilters } from '../../connection/preferences.js';
import { deletedText } from '../../format/deleted.js';
import { filters, toggle } from '../../parse/flag.js';
import { confirm } from '../confirm.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'Remove unused images',
  arity: { least: 0, most: 0 },
  flags: {
    all: toggle('Remove all unused images, not just dangling ones', { short: 'a' }),
    filter: filters('Provide filter values (e.g. "until=<timestamp>")', {}),
    force: toggle('Do not prompt for confirmation', { short: 'f' }),
  },
  async run(context, { flags }) {
    const { api, terminal } = context;
    const what = flags.all
      ? 'all images without at least one container associated to them'
      : 'all dangling images';
    if (!flags.force && !(await confirm(terminal, `This will remove ${what}.`))) return undefined;
    const dangling = ['dangling', String(!flags.all)] as const;
    const wanted = pruneFilters([...flags.filter, dangling], context);
    const pruned = await new Images(api).prune(encodeFilters(wanted));
    const lines = deletedText(pruned.ImagesDeleted ?? [], ['untagged', 'deleted']);
    const list = lines === '' ? '' : `Deleted Images:\n${lines}\n`;
    terminal.stdout.write(`${list}Total reclaimed space: ${humanSize(pruned.SpaceReclaimed, 4)}\n`);
    return undefined;
  },
});
