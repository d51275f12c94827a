import { formatIp, parseIp } from '../../../base/ip.js';
import type { NftElement, NftFragment } from '../../../native/nft/model.js';
import type { PortForward, PortOpening, PortRange, PortsPolicy } from '../model.js';
import { firewallFamily, PUBLISH, TABLE } from './family.js';

/** The way from the host's ports to the container, for each family that is published. */
export function portsFragments({ owner, forwards, openings }: PortsPolicy): NftFragment[] {
  return ([4, 6] as const).flatMap((family): NftFragment[] => {
    const elements = [
      ...forwards.filter((each) => each.family === family).flatMap(translation),
      ...openings.filter((each) => each.family === family).map(opening),
    ];
    if (elements.length === 0) return [];
    return [{ owner, family: firewallFamily[family].name, table: TABLE, elements }];
  });
}

function translation(forward: PortForward): NftElement[] {
  const { protocol, hostIp, hostPorts, containerPorts, address } = forward;
  const onAddress = specific(hostIp);
  const prefix = onAddress === undefined ? protocol : `${onAddress} . ${protocol}`;
  const [first, last] = hostPorts;
  if (last > first && first === containerPorts[0]) {
    const set = onAddress === undefined ? PUBLISH.anyRanges : PUBLISH.addressRanges;
    return [{ set, key: `${prefix} . ${first}-${last}`, value: address }];
  }
  // The kernel can't add a number to a port, so a range that is shifted is as many single ports.
  const set = onAddress === undefined ? PUBLISH.any : PUBLISH.address;
  return portsOf(hostPorts).map((port, at) => ({
    set,
    key: `${prefix} . ${port}`,
    value: `${address} . ${containerPorts[0] + at}`,
  }));
}

/** The host's address if a port is not published on all. */
function specific(hostIp: string): string | undefined {
  if (hostIp === '0.0.0.0' || hostIp === '::') return undefined;
  const host = parseIp(hostIp);
  return host === undefined || host.value === 0n ? undefined : formatIp(host);
}

function opening({ protocol, address, ports: [first, last] }: PortOpening): NftElement {
  return first === last
    ? { set: 'openings', key: `${address} . ${protocol} . ${first}` }
    : { set: 'opening-ranges', key: `${address} . ${protocol} . ${first}-${last}` };
}

function portsOf([first, last]: PortRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
