import { command } from '../../command.js';
import { checkContextName } from '../../connection/context-store.js';
import { map, text } from '../../parse/flag.js';
import {
  copiedEndpoint,
  endpointHelp,
  forEndpoint,
  ownDescription,
  readEndpoint,
  storeOf,
} from './endpoint-config.js';

export default command({
  usage: '[OPTIONS] CONTEXT',
  summary: `Create a context\n${endpointHelp}
Example:

$ tsnet context create my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"`,
  arity: { least: 1, most: 1 },
  flags: {
    description: text('Description of the context'),
    docker: pairs('set the docker endpoint'),
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
    const { stdout, stderr } = context.terminal;
    stdout.write(`${name}\n`);
    stderr.write(`Successfully created context ${JSON.stringify(name)}\n`);
    return undefined;
  },
});

/** `key=value,key=value`. */
export function pairs(usage: string) {
  const flag = map(usage, { kind: 'stringToString', shownDefault: '[]' });
  return {
    ...flag,
    add: (before: Readonly<Record<string, string>>, texts: string) =>
      texts.split(',').reduce((all, one) => {
        if (!one.includes('=')) throw new Error(`${one} must be formatted as key=value`);
        return flag.add(all, one);
      }, before),
  };
}
