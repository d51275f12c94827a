import { Images } from '../../../api/client/images.js';
import { command } from '../../command.js';
import { Failure } from '../../failure.js';
import { parseReference, type Reference } from '../../parse/reference.js';

export default command({
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  summary: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  arity: { least: 2, most: 2 },
  flags: {},
  async run({ api }, { args: [source = '', target = ''] }) {
    const { name, tag = 'latest' } = parse(target);
    await new Images(api).tag(source, name, tag);
    return undefined;
  },
});

function parse(target: string): Reference {
  try {
    return parseReference(target);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Failure(
      `Error parsing reference: ${JSON.stringify(target)} is not a valid repository/tag: ${reason}`,
    );
  }
}
