import { Containers } from '../../../api/client/containers.js';
import { command } from '../../command.js';

/** By the API's number of the kind of change. */
const letters = ['C', 'A', 'D'];

export default command({
  usage: 'CONTAINER',
  summary: "Inspect changes to files or directories on a container's filesystem",
  arity: { least: 1, most: 1 },
  flags: {},
  async run({ api, terminal }, { args: [ref = ''] }) {
    const changes = await new Containers(api).changes(ref);
    const lines = changes.map(({ Kind, Path }) => `${letters[Kind] ?? '?'} ${Path}\n`);
    terminal.stdout.write(lines.join(''));
    return undefined;
  },
});
