import { Networks } from '../../../../api/client/networks.js';
import { command } from '../../../command.js';
import { connectBody, connectFlags } from '../connect.js';
import { planFlags, printPlan } from './listing.js';

export default command({
  usage: '[OPTIONS] NETWORK CONTAINER',
  summary: 'Show what connecting a container to a network would do',
  arity: { least: 2, most: 2 },
  flags: { ...connectFlags, ...planFlags },
  async run({ api, terminal }, input) {
    const steps = await new Networks(api).planConnect(input.args[0] ?? '', connectBody(input));
    printPlan(terminal, steps, input.flags.format);
    return undefined;
  },
});
