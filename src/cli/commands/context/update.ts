import { command } from '../../command.js';
import { checkContextName } from '../../connection/context-store.js';
import { text } from '../../parse/flag.js';
import { pairs } from './create.js';
import { endpointHelp, forEndpoint, readEndpoint, storeOf } from './endpoint-config.js';

export default command({
  usage: '[OPTIONS] CONTEXT',
  summary: `Update a context\n${endpointHelp}
Example:

$ tsnet context update my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"`,
  arity: { least: 1, most: 1 },
  flags: {
    description: text('Description of the context'),
    docker: pairs('set the docker endpoint'),
  },
  async run(context, { flags, args: [name = ''], given }) {
    checkContextName(name);
    const store = storeOf(context);
    const before = store.get(name);
    const endpoint = given.has('docker')
      ? forEndpoint(() => readEndpoint(flags.docker, context))
      : { docker: before.Endpoints.docker ?? {}, tls: store.tls(name) };
    const { description } = flags;
    store.put(
      {
        ...before,
        Metadata: { ...before.Metadata, ...(description && { Description: description }) },
        Endpoints: { ...before.Endpoints, docker: endpoint.docker },
      },
      endpoint.tls,
    );
    const { stdout, stderr } = context.terminal;
    stdout.write(`${name}\n`);
    stderr.write(`Successfully updated context ${JSON.stringify(name)}\n`);
    return undefined;
  },
});
