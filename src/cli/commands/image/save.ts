import { Images } from '../../../api/client/images.js';
import { command } from '../../command.js';
import { text } from '../../parse/flag.js';
import { saveBytes } from '../../terminal/save.js';

export default command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  arity: { least: 1 },
  flags: { output: text('Write to a file, instead of STDOUT', { short: 'o' }) },
  async run({ api, terminal }, { flags, args }) {
    const bytes = async () => (await new Images(api).save(args)).body;
    const failure = 'failed to save image';
    await saveBytes(bytes, { path: flags.output, failure }, terminal);
    return undefined;
  },
});
