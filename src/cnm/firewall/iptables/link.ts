import type { IptablesRule } from '../../../native/iptables-wrapper/model.js';
import type { LinkPolicy } from '../model.js';
import { exactly, interfaceName } from './family.js';
import { rule } from './rule.js';

/**
 * Lets the client open connections to the server's ports; answers are let through as those of any flow. An
 * internal network has no way to the chain `DOCKER`, but all its packets pass its walls.
 */
export function linkRules({ network, client, server, ports }: LinkPolicy): IptablesRule[] {
  const bridge = interfaceName(network.bridge);
  const chain = network.internal ? 'DOCKER-INTERNAL' : 'DOCKER';
  const ends = `-s ${exactly(client.address)} -d ${exactly(server.address)}`;
  return ports.map(({ protocol, port }) =>
    rule(
      'filter',
      chain,
      `${ends} -i ${bridge} -o ${bridge} -p ${protocol} -m ${protocol} --dport ${port}`,
      'ACCEPT',
      { at: 'top', comment: 'LINKED' },
    ),
  );
}
