import { Networks } from '../../../api/client/networks.js';
import { command, type Input } from '../../command.js';
import { mergeLabels } from '../../parse/environment.js';
import { commaList, list, map, text, toggle } from '../../parse/flag.js';
import { matchSubnets } from '../../parse/ipam.js';

/** Options of a new network. */
export const networkFlags = {
  attachable: toggle('Enable manual container attachment'),
  'aux-address': map('Auxiliary IPv4 or IPv6 addresses used by Network driver'),
  'config-from': text('The network from which to copy the configuration'),
  'config-only': toggle('Create a configuration only network'),
  driver: text('Driver to manage the Network', { short: 'd', initial: 'bridge' }),
  gateway: commaList('IPv4 or IPv6 Gateway for the master subnet'),
  ingress: toggle('Create swarm routing-mesh network'),
  internal: toggle('Restrict external access to the network'),
  'ip-range': commaList('Allocate container ip from a sub-range'),
  'ipam-driver': text('IP Address Management Driver', { initial: 'default' }),
  'ipam-opt': map('Set IPAM driver specific options'),
  ipv4: toggle('Enable or disable IPv4 address assignment', { on: true }),
  ipv6: toggle('Enable or disable IPv6 address assignment'),
  label: list('Set metadata on a network'),
  opt: map('Set driver specific options', { short: 'o' }),
  scope: text("Control the network's scope"),
  subnet: commaList('Subnet in CIDR format that represents a network segment'),
};

/** Docker API: body of `POST /networks/create`. */
export function createBody({
  flags,
  given,
  args: [name = ''],
}: Input<typeof networkFlags>): object {
  return {
    Driver: flags.driver,
    Scope: flags.scope,
    ...(given.has('ipv4') && { EnableIPv4: flags.ipv4 }),
    ...(given.has('ipv6') && { EnableIPv6: flags.ipv6 }),
    IPAM: {
      Driver: flags['ipam-driver'],
      Options: flags['ipam-opt'],
      Config: matchSubnets({
        subnets: flags.subnet,
        ranges: flags['ip-range'],
        gateways: flags.gateway,
        auxiliaries: flags['aux-address'],
      }),
    },
    Internal: flags.internal,
    Attachable: flags.attachable,
    Ingress: flags.ingress,
    ConfigOnly: flags['config-only'],
    ConfigFrom: flags['config-from'] === '' ? null : { Network: flags['config-from'] },
    Options: flags.opt,
    Labels: mergeLabels([], flags.label),
    Name: name,
  };
}

export default command({
  usage: '[OPTIONS] NETWORK',
  summary: 'Create a network',
  arity: { least: 1, most: 1 },
  flags: networkFlags,
  async run({ api, terminal }, input) {
    const created = await new Networks(api).create(createBody(input));
    terminal.stdout.write(`${created.Id}\n`);
    return undefined;
  },
});
