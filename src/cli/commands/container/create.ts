import { command } from '../../command.js';
import { createBody } from './body.js';
import { createContainer } from './creation.js';
import { containerFlags } from './options.js';

export default command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Create a new container',
  arity: { least: 1 },
  flags: containerFlags,
  optionsFirst: true,
  async run(context, input) {
    const id = await createContainer(context, input, createBody(input, context));
    context.terminal.stdout.write(`${id}\n`);
    return undefined;
  },
});
