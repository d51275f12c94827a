import { Images } from '../../../api/client/images.js';
import { command } from '../../command.js';
import { text, toggle } from '../../parse/flag.js';
import { familiarName, parseReference } from '../../parse/reference.js';
import { pullImage } from './pulling.js';

export default command({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  summary: 'Download an image from a registry',
  arity: { least: 1, most: 1 },
  flags: {
    platform: text('Set platform if server is multi-platform capable'),
    quiet: toggle('Suppress verbose output', { short: 'q' }),
  },
  async run({ api, terminal }, { flags, args: [name = ''] }) {
    const reference = parseReference(name);
    const bare = reference.tag === undefined && reference.digest === undefined;
    if (bare && !flags.quiet) terminal.stdout.write('Using default tag: latest\n');
    await pullImage(new Images(api), reference, { ...flags, out: terminal.stdout });
    terminal.stdout.write(`${fullName(reference)}\n`);
    return undefined;
  },
});

/** With the registry, as the last line of a pull has it. */
function fullName(reference: ReturnType<typeof parseReference>): string {
  const familiar = familiarName(reference);
  const suffix = /[:@][^/]*$/.exec(familiar)?.[0] ?? '';
  return `${reference.name}${suffix}`;
}
