import { Networks } from '../../../api/client/networks.js';
import { command } from '../../command.js';
import { toggle } from '../../parse/flag.js';

export default command({
  usage: '[OPTIONS] NETWORK CONTAINER',
  summary: 'Disconnect a container from a network',
  arity: { least: 2, most: 2 },
  flags: {
    force: toggle('Force the container to disconnect from a network', { short: 'f' }),
  },
  async run({ api }, { flags, args: [network = '', container = ''] }) {
    await new Networks(api).disconnect(network, { Container: container, Force: flags.force });
    return undefined;
  },
});
