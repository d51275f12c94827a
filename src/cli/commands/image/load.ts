import { Images } from '../../../api/client/images.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { text, toggle } from '../../parse/flag.js';
import { openUpload } from '../../terminal/upload.js';
import { showProgress } from './pulling.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'Load an image from a tar archive or STDIN',
  arity: { least: 0, most: 0 },
  flags: {
    input: text('Read from tar archive file, instead of STDIN', { short: 'i' }),
    quiet: toggle('Suppress the load output', { short: 'q' }),
  },
  async run({ api, terminal }, { flags }) {
    if (flags.input === '' && terminal.stdin.isTTY) {
      throw new Failure('requested load from stdin, but stdin is empty');
    }
    const upload = await openUpload(flags.input, terminal);
    // Progress bars are for terminals.
    // Said either way: the daemon is quiet unless it is told not to be.
    const quiet = flags.quiet || !terminal.stdout.isTTY ? '1' : '0';
    await showProgress(new Images(api).load({ quiet }, upload), terminal.stdout);
    return undefined;
  },
});
