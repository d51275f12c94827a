import { Containers } from '../../../../api/client/containers.js';
import { command } from '../../../command.js';
import { text, toggle } from '../../../parse/flag.js';
import { createBody } from '../../container/body.js';
import { containerFlags } from '../../container/options.js';
import { planFlags, printPlan } from './listing.js';

export default command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Show what running a container would do to the network',
  arity: { least: 1 },
  flags: {
    ...containerFlags,
    ...planFlags,
    // Words of `run` that are nothing to the network, so that a command line need not be cut down.
    detach: toggle('Run container in background and print container ID', { short: 'd' }),
    'detach-keys': text('Override the key sequence for detaching a container'),
    'sig-proxy': toggle('Proxy received signals to the process', { on: true }),
  },
  optionsFirst: true,
  async run(context, input) {
    const { flags } = input;
    const body = createBody(input, context);
    const steps = await new Containers(context.api).plan(body, { name: flags.name });
    printPlan(context.terminal, steps, flags.format);
    return undefined;
  },
});
