import { Containers } from '../../../api/client/containers.js';
import { command } from '../../command.js';
import { text } from '../../parse/flag.js';
import { saveBytes } from '../../terminal/save.js';

export default command({
  usage: '[OPTIONS] CONTAINER',
  summary: "Export a container's filesystem as a tar archive",
  arity: { least: 1, most: 1 },
  flags: { output: text('Write to a file, instead of STDOUT', { short: 'o' }) },
  async run({ api, terminal }, { flags, args: [ref = ''] }) {
    const bytes = async () => (await new Containers(api).export(ref)).body;
    const failure = 'failed to export container';
    await saveBytes(bytes, { path: flags.output, failure }, terminal);
    return undefined;
  },
});
