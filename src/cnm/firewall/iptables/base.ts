import type { IptablesBase, IptablesRule } from '../../../native/iptables-wrapper/model.js';
import { type IptablesFamily, iptablesFamily } from './family.js';
import { rule } from './rule.js';

/** How the comment of each rule of ours begins; the policy's owner follows. */
export const MARK = 'tsnet:';

/**
 * Docker's chains in the order that a forwarded packet meets them:
 * - `DOCKER-USER` is the admin's.
 * - `DOCKER-FORWARD` is entered from FORWARD, and calls the others before its own rules.
 * - `DOCKER-CT` lets answers through.
 * - `DOCKER-INTERNAL` has the walls of internal networks.
 * - `DOCKER-BRIDGE` leads to `DOCKER` what goes into a network.
 * - `DOCKER` has openings first, and each network's verdict on the rest last.
 */
const filterChains = ['DOCKER', 'DOCKER-BRIDGE', 'DOCKER-CT', 'DOCKER-FORWARD', 'DOCKER-INTERNAL'];

/** Docker before 28 kept bridges apart by these; a packet would meet them in vain. */
const formerChains = ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2', 'DOCKER-ISOLATION'];

/** What stands in a family's tables before any network. Without `raw` there is nothing in that table. */
export function iptablesBase(family: 4 | 6, { raw }: Pick<IptablesOptions, 'raw'>): IptablesBase {
  const words = iptablesFamily[family];
  return {
    owner: `${MARK}base`,
    mark: MARK,
    chains: [
      ...filterChains.map((name) => ({ table: 'filter' as const, name })),
      { table: 'nat', name: 'DOCKER' },
    ],
    userChains: [{ table: 'filter', name: 'DOCKER-USER' }],
    // Written as Docker writes them, without a comment: programs look for them so (`iptables -C FORWARD -j DOCKER-USER`).
    jumps: [
      rule('filter', 'FORWARD', '', 'DOCKER-USER'),
      rule('filter', 'FORWARD', '', 'DOCKER-FORWARD'),
      rule('nat', 'PREROUTING', '-m addrtype --dst-type LOCAL', 'DOCKER'),
      rule('nat', 'OUTPUT', `${localOutput(words)}-m addrtype --dst-type LOCAL`, 'DOCKER'),
    ],
    rules: [
      ...(raw ? [remoteLoopback(words)] : []),
      ...['DOCKER-CT', 'DOCKER-INTERNAL', 'DOCKER-BRIDGE'].map((chain) =>
        rule('filter', 'DOCKER-FORWARD', '', chain),
      ),
    ],
    obsolete: formerChains.map((name) => ({ table: 'filter', name })),
  };
}

/** What the host says about iptables. */
export interface IptablesOptions {
  /** Whether the kernel has the raw table. */
  readonly raw: boolean;
}

/** The kernel has no way from ::1 to another host's address; for 127.0.0.1 bridges have route_localnet. */
function localOutput({ family, loopback }: IptablesFamily): string {
  return family === 6 ? `! -d ${loopback} ` : '';
}

/** Bridges have route_localnet, so without this a neighbour could reach the host's loopback. */
function remoteLoopback({ loopback }: IptablesFamily): IptablesRule {
  const match = `-d ${loopback} ! -i lo`;
  return rule('raw', 'PREROUTING', match, 'DROP', { comment: 'REMOTE LOOPBACK' });
}
