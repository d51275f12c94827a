import { commitContainer } from '../../../api/client/commit.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { list, text, toggle } from '../../parse/flag.js';
import { parseReference, type Reference } from '../../parse/reference.js';

export default command({
  usage: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  summary: "Create a new image from a container's changes",
  arity: { least: 1, most: 2 },
  flags: {
    author: text('Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', { short: 'a' }),
    change: list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: text('Commit message', { short: 'm' }),
    pause: toggle('Pause container during commit', { short: 'p', on: true }),
  },
  async run({ api, terminal }, { flags, args: [container = '', reference = ''] }) {
    const { name = '', tag = '' } = reference === '' ? {} : named(reference);
    const { Id } = await commitContainer(api, {
      container,
      repo: name,
      tag,
      author: flags.author,
      comment: flags.message,
      changes: flags.change,
      // Docker's daemon takes nothing for yes.
      ...(!flags.pause && { pause: '0' }),
    });
    terminal.stdout.write(`${Id}\n`);
    return undefined;
  },
});

function named(text: string): { name: string; tag: string } {
  const { name, tag = 'latest', digest } = parse(text);
  if (digest !== undefined) throw new Failure('refusing to create a tag with a digest reference');
  return { name, tag };
}

function parse(text: string): Reference {
  try {
    return parseReference(text);
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
}
