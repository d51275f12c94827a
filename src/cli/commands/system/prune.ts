import { Containers } from '../../../api/client/containers.js';
import { Images } from '../../../api/client/images.js';
import { Networks } from '../../../api/client/networks.js';
import { encodeFilters } from '../../../api/client/query.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { deletedText } from '../../format/deleted.js';
import { filters, toggle } from '../../parse/flag.js';
import { confirm } from '../confirm.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'Remove unused data',
  arity: { least: 0, most: 0 },
  flags: {
    all: toggle('Remove all unused images not just dangling ones', { short: 'a' }),
    filter: filters('Provide filter values (e.g. "label=<key>=<value>")', {}),
    force: toggle('Do not prompt for confirmation', { short: 'f' }),
  },
  async run({ api, terminal }, { flags }) {
    if (!flags.force && !(await confirm(terminal, warning(flags.all)))) return undefined;
    const wanted = encodeFilters(flags.filter);
    const containers = await new Containers(api).prune(wanted);
    const networks = await new Networks(api).prune(wanted);
    const dangling = ['dangling', String(!flags.all)] as const;
    const images = await new Images(api).prune(encodeFilters([...flags.filter, dangling]));
    const lines = deletedText(images.ImagesDeleted ?? [], ['untagged', 'deleted']);
    const reclaimed = containers.SpaceReclaimed + images.SpaceReclaimed;
    terminal.stdout.write(
      section('Containers', containers.ContainersDeleted ?? []) +
        section('Networks', networks.NetworksDeleted ?? []) +
        section('Images', lines === '' ? [] : lines.trimEnd().split('\n')) +
        `Total reclaimed space: ${humanSize(reclaimed, 4)}\n`,
    );
    return undefined;
  },
});

function section(what: string, lines: readonly string[]): string {
  return lines.length > 0 ? `Deleted ${what}:\n${lines.join('\n')}\n\n` : '';
}

function warning(all: boolean): string {
  const images = all
    ? 'all images without at least one container associated to them'
    : 'all dangling images';
  const parts = [
    'all stopped containers',
    'all networks not used by at least one container',
    images,
  ];
  return `This will remove:\n${parts.map((part) => `  - ${part}\n`).join('')}`;
}
