import { formatIp, parseIp } from '../../../base/ip.js';
import type { NftElement, NftFragment } from '../../../native/nft/model.js';
import type { PortForward, PortOpening, PortRange, PortsPolicy } from '../model.js';
import { firewallFamily, TABLE } from './family.js';

/** The way from the host's ports to the container, for each family that is published. */
export function portsFragments({ owner, forwards, openings }: PortsPolicy): NftFragment[] {
  return ([4, 6] as const).flatMap((family): NftFragment[] => {
    const elements = [
      ...forwards.filter((each) => each.family === family).flatMap(translation),
      ...openings.filter((each) => each.family === family).flatMap(opening),
    ];
    if (elements.length === 0) return [];
    return [{ owner, family: firewallFamily[family].name, table: TABLE, chains: [], elements }];
  });
}

function translation(forward: PortForward): NftElement[] {
  const { protocol, hostIp, hostPorts, containerPorts, address } = forward;
  const host = parseIp(hostIp);
  return portsOf(hostPorts).map((hostPort, at) => {
    const key = `${protocol} . ${hostPort}`;
    const value = `${address} . ${containerPorts[0] + at}`;
    return host === undefined || host.value === 0n
      ? { set: 'publish-any', key, value }
      : { set: 'publish-address', key: `${formatIp(host)} . ${key}`, value };
  });
}

function opening({ protocol, address, ports }: PortOpening): NftElement[] {
  return portsOf(ports).map((port) => ({
    set: 'openings',
    key: `${address} . ${protocol} . ${port}`,
  }));
}

function portsOf([first, last]: PortRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
