import { ApiError } from '../../../api/client/errors.js';
import { Networks } from '../../../api/client/networks.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { toggle } from '../../parse/flag.js';
import { describeError } from '../../report.js';

export default command({
  usage: 'NETWORK [NETWORK...]',
  summary: 'Remove one or more networks',
  arity: { least: 1 },
  flags: { force: toggle('Do not error if the network does not exist', { short: 'f' }) },
  async run({ api, terminal }, { flags, args }) {
    let failed = false;
    for (const ref of args) {
      try {
        await new Networks(api).remove(ref);
        terminal.stdout.write(`${ref}\n`);
      } catch (error) {
        if (flags.force && error instanceof ApiError && error.status === 404) continue;
        terminal.stderr.write(`${describeError(error)}\n`);
        failed = true;
      }
    }
    // Docker's own last words.
    if (failed) throw new Failure('exit status 1');
    return undefined;
  },
});
