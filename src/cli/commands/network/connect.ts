import { Networks } from '../../../api/client/networks.js';
import { command, type Input } from '../../command.js';
import { unsetState } from '../../parse/attachments.js';
import { commaList, integer, list, splitPair, text } from '../../parse/flag.js';

/** Options of a new attachment. */
export const connectFlags = {
  alias: commaList('Add network-scoped alias for the container'),
  'driver-opt': commaList('driver options for the network'),
  'gw-priority': integer(
    'Highest gw-priority provides the default gateway. Accepts positive and negative values.',
  ),
  ip: text('IPv4 address (e.g., "172.30.100.104")'),
  ip6: text('IPv6 address (e.g., "2001:db8::33")'),
  link: list('Add link to another container'),
  'link-local-ip': commaList('Add a link-local address for the container'),
};

/** Docker API: body of `POST /networks/{id}/connect`. */
export function connectBody({
  flags,
  args: [, container = ''],
}: Input<typeof connectFlags>): object {
  const { ip, ip6 } = flags;
  const local = flags['link-local-ip'];
  const options = flags['driver-opt'].map(splitPair);
  return {
    Container: container,
    EndpointConfig: {
      IPAMConfig: {
        ...(ip !== '' && { IPv4Address: ip }),
        ...(ip6 !== '' && { IPv6Address: ip6 }),
        ...(local.length > 0 && { LinkLocalIPs: local }),
      },
      Links: flags.link.length > 0 ? flags.link : null,
      Aliases: flags.alias,
      DriverOpts: options.length > 0 ? Object.fromEntries(options) : null,
      GwPriority: flags['gw-priority'] ?? 0,
      MacAddress: '',
      ...unsetState,
    },
  };
}

export default command({
  usage: '[OPTIONS] NETWORK CONTAINER',
  summary: 'Connect a container to a network',
  arity: { least: 2, most: 2 },
  flags: connectFlags,
  async run({ api }, input) {
    await new Networks(api).connect(input.args[0] ?? '', connectBody(input));
    return undefined;
  },
});
