import { ApiError } from '../../../api/client/errors.js';
import { Images } from '../../../api/client/images.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { deletedText } from '../../format/deleted.js';
import { toggle } from '../../parse/flag.js';
import { describeError } from '../../report.js';

export default command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'Remove one or more images',
  arity: { least: 1 },
  flags: {
    force: toggle('Force removal of the image', { short: 'f' }),
    'no-prune': toggle('Do not delete untagged parents'),
  },
  /** One after the other: removing a name may free what the next one needs gone. */
  async run({ api, terminal }, { flags, args }) {
    const errors: string[] = [];
    let fatal = false;
    for (const ref of args) {
      try {
        const query = { force: flags.force, noprune: flags['no-prune'] };
        const deleted = await new Images(api).remove(ref, query);
        terminal.stdout.write(deletedText(deleted, ['Untagged', 'Deleted']));
      } catch (error) {
        errors.push(describeError(error));
        fatal ||= !(error instanceof ApiError && error.status === 404);
      }
    }
    if (errors.length === 0) return undefined;
    if (fatal || !flags.force) throw new Failure(errors.join('\n'));
    terminal.stderr.write(`${errors.join('\n')}\n`);
    return undefined;
  },
});
