import { formatIp, type Ip, ip } from '../../../base/ip.js';
import type { IptablesRule } from '../../../native/iptables-wrapper/model.js';
import type {
  FirewalledNetwork,
  FirewallSettings,
  PortForward,
  PortOpening,
  PortsPolicy,
} from '../model.js';
import { exactly, interfaceName, portsMatch } from './family.js';
import { rule } from './rule.js';

/** The way from the host's ports to the container: one rule for a port or a range, whatever its length. */
export function portsRules(
  { network, forwards, openings }: PortsPolicy,
  family: 4 | 6,
  settings: FirewallSettings,
): IptablesRule[] {
  return [
    ...openings
      .filter((each) => ip(each.address).family === family)
      .flatMap((each) => opening(network, each)),
    ...forwards
      .filter((each) => ip(each.address).family === family && ip(each.hostIp).family === family)
      .map((each) => translation(each, settings)),
  ];
}

/** With ICC off a neighbour gets through if it asked for the host's address, like anyone. */
function opening(
  { bridge, icc }: FirewalledNetwork,
  { protocol, address, ports }: PortOpening,
): IptablesRule[] {
  const name = interfaceName(bridge);
  const to = `-p ${protocol} -m ${protocol} --dport ${portsMatch(ports)}`;
  const from = (input: string, more: string) =>
    rule('filter', 'DOCKER', `-d ${exactly(address)} ${input} -o ${name} ${to}${more}`, 'ACCEPT', {
      at: 'top',
      comment: 'PUBLISHED',
    });
  return [
    from(`! -i ${name}`, ''),
    ...(icc ? [] : [from(`-i ${name}`, ' -m conntrack --ctstate DNAT')]),
  ];
}

/**
 * An answer to a link-local client could not leave the host again, so those are left to the proxy. A single port goes
 * before ranges that it is in.
 */
function translation(forward: PortForward, { userlandProxy }: FirewallSettings): IptablesRule {
  const { protocol, hostPorts, hostIp } = forward;
  const host = ip(hostIp);
  const match = [
    ...(host.family === 6 && userlandProxy ? ['! -s fe80::/10'] : []),
    ...(host.value === 0n ? [] : [`-d ${exactly(hostIp)}`]),
    `-p ${protocol} -m ${protocol} --dport ${portsMatch(hostPorts)}`,
  ];
  const isSingle = hostPorts[0] === hostPorts[1];
  const target = `DNAT --to-destination ${destination(forward)}`;
  return rule('nat', 'DOCKER', match.join(' '), target, isSingle ? { at: 'top' } : {});
}

/**
 * A range that leads to other ports is shifted as a whole: `172.18.0.2:180-190/80` (the first port of the host
 * last, NF_NAT_RANGE_PROTO_OFFSET). Without ports the packet keeps its own.
 */
function destination({ address, hostPorts, containerPorts }: PortForward): string {
  const container = ip(address);
  const [first, last] = containerPorts;
  if (first === last) return withPorts(container, String(first));
  if (first === hostPorts[0]) return formatIp(container);
  return withPorts(container, `${first}-${last}/${hostPorts[0]}`);
}

function withPorts(address: Ip, ports: string): string {
  const text = formatIp(address);
  return address.family === 6 ? `[${text}]:${ports}` : `${text}:${ports}`;
}
