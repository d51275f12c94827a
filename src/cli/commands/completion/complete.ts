import { command } from '../../command.js';
import { namesOf } from '../../completion/names.js';
import { filesMark } from '../../completion/scripts.js';
import { suggest } from '../../completion/suggest.js';
import { globalFlags } from '../../program.js';
import { storeOf } from '../context/endpoint-config.js';

/** Asked by the shells' scripts: a line for each candidate, with what it is behind a tab. */
export default command({
  usage: '-- WORD [WORD...]',
  summary: 'Print what can stand in the place of the last word',
  arity: { least: 0 },
  flags: {},
  optionsFirst: true,
  async run(context, { args }) {
    const contexts = async () => [
      'default',
      ...storeOf(context)
        .list()
        .map(({ Name }) => Name),
    ];
    const names = namesOf(context.api, contexts);
    const { candidates, files } = await suggest(args, { globalFlags, names });
    const lines = candidates.map(({ word, about }) => (about ? `${word}\t${about}` : word));
    if (files) lines.push(filesMark);
    context.terminal.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return undefined;
  },
});
