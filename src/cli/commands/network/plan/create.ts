import { Networks } from '../../../../api/client/networks.js';
import { command } from '../../../command.js';
import { createBody, networkFlags } from '../create.js';
import { planFlags, printPlan } from './listing.js';

export default command({
  usage: '[OPTIONS] NETWORK',
  summary: 'Show what creating a network would do',
  arity: { least: 1, most: 1 },
  flags: { ...networkFlags, ...planFlags },
  async run({ api, terminal }, input) {
    const steps = await new Networks(api).planCreate(createBody(input));
    printPlan(terminal, steps, input.flags.format);
    return undefined;
  },
});
