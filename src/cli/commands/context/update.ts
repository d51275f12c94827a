import { command } from '../../command.js';
import { checkContextName } from '../../connection/context-store.js';
import {
  contextFlags,
  forEndpoint,
  helpOf,
  readEndpoint,
  sayDone,
  storeOf,
} from './endpoint-config.js';

export default command({
  usage: '[OPTIONS] CONTEXT',
  summary: helpOf('update'),
  arity: { least: 1, most: 1 },
  flags: contextFlags,
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
    sayDone(context, 'updated', name);
    return undefined;
  },
});
