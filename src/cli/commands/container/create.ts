import { type Context, command } from '../../command.js';
import { Failure } from '../../failure.js';
import { type ContainerInput, type CreateBody, createBody } from './body.js';
import { createContainer } from './creation.js';
import { containerFlags } from './options.js';

export default command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Create a new container',
  arity: { least: 1 },
  flags: {
    ...containerFlags,
    pull: {
      ...containerFlags.pull,
      usage: 'Pull image before creating ("always", "missing", "never")',
    },
  },
  optionsFirst: true,
  async run(context, input) {
    const id = await createContainer(context, input, bodyOf(input, context));
    context.terminal.stdout.write(`${id}\n`);
    return undefined;
  },
});

/** @throws Failure with a hint: the options don't go together */
function bodyOf(input: ContainerInput, context: Context): CreateBody {
  try {
    return createBody(input, context);
  } catch (error) {
    const hint = "Run 'tsnet create --help' for more information";
    throw new Failure(`tsnet: ${error instanceof Error ? error.message : error}\n\n${hint}`, 125);
  }
}
