import { Volumes } from '../../../api/client/volumes.js';
import { command } from '../../command.js';
import { toggle } from '../../parse/flag.js';
import { forEach } from '../each.js';

export default command({
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  summary: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  arity: { least: 1 },
  flags: { force: toggle('Force the removal of one or more volumes', { short: 'f' }) },
  run: (context, { flags, args }) =>
    forEach(context, args, async (name) => {
      await new Volumes(context.api).remove(name, { force: flags.force });
      return name;
    }),
});
