import { command } from '../../command.js';
import { checkContextName } from '../../connection/context-store.js';
import { text } from '../../parse/flag.js';
import {
  contextFlags,
  copiedEndpoint,
  forEndpoint,
  helpOf,
  ownDescription,
  readEndpoint,
  sayDone,
  storeOf,
} from './endpoint-config.js';

export default command({
  usage: '[OPTIONS] CONTEXT',
  summary: helpOf('create'),
  arity: { least: 1, most: 1 },
  flags: {
    ...contextFlags,
    from: text('create context from a named context'),
  },
  async run(context, { flags, args: [name = ''], given }) {
    const store = storeOf(context);
    checkContextName(name);
    if (store.has(name)) throw new Error(`context ${JSON.stringify(name)} already exists`);
    const { description, docker, from } = flags;
    const source = from === '' ? context.chosen.context : from;
    const copies = given.has('from') || !given.has('docker');
    if (copies && given.has('docker')) {
      throw new Error('cannot use --docker flag when --from is set');
    }
    const endpoint = forEndpoint(() =>
      copies ? copiedEndpoint(source, context) : readEndpoint(docker, context),
    );
    const copied = source === 'default' ? { Description: ownDescription } : undefined;
    const metadata = copies ? (copied ?? store.get(source).Metadata) : {};
    store.put(
      {
        Name: name,
        Metadata: { ...metadata, ...(description && { Description: description }) },
        Endpoints: { docker: endpoint.docker },
      },
      endpoint.tls,
    );
    sayDone(context, 'created', name);
    return undefined;
  },
});
