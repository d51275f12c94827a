import { formatIp, parseIp } from '../../../base/ip.js';
import type { NftElement, NftFragment } from '../../../native/nft/model.js';
import type { PortForward, PortOpening, PortsPolicy } from '../model.js';
import { firewallFamily, PUBLISH, TABLE } from './family.js';

/**
 * Ranges of so many ports are single ports, as the kernel takes up sets of ranges only when it is through with all else
 * of a transaction: where the tables are made anew, a connection to a range may be lost in these milliseconds.
 */
const FEW = 64;

/** The way from the host's ports to the container, for each family that is published. */
export function portsFragments({ owner, forwards, openings }: PortsPolicy): NftFragment[] {
  return ([4, 6] as const).flatMap((family): NftFragment[] => {
    const elements: NftElement[] = [];
    for (const forward of forwards) if (forward.family === family) translate(forward, elements);
    for (const opening of openings) if (opening.family === family) open(opening, elements);
    if (elements.length === 0) return [];
    return [{ owner, family: firewallFamily[family].name, table: TABLE, elements }];
  });
}

/** Adds the elements of a forward to the others. */
function translate(forward: PortForward, elements: NftElement[]): void {
  const { protocol, hostIp, hostPorts, containerPorts, address } = forward;
  const onAddress = specific(hostIp);
  const prefix = onAddress === undefined ? protocol : `${onAddress} . ${protocol}`;
  const [first, last] = hostPorts;
  if (isMany(hostPorts) && first === containerPorts[0]) {
    const set = onAddress === undefined ? PUBLISH.anyRanges : PUBLISH.addressRanges;
    elements.push({ set, key: `${prefix} . ${first}-${last}`, value: address });
    return;
  }
  // The kernel can't add a number to a port, so a range that is shifted is as many single ports.
  const set = onAddress === undefined ? PUBLISH.any : PUBLISH.address;
  const beyond = containerPorts[0] - first;
  for (let port = first; port <= last; port++) {
    elements.push({ set, key: `${prefix} . ${port}`, value: `${address} . ${port + beyond}` });
  }
}

/** The host's address if a port is not published on all. */
function specific(hostIp: string): string | undefined {
  if (hostIp === '0.0.0.0' || hostIp === '::') return undefined;
  const host = parseIp(hostIp);
  return host === undefined || host.value === 0n ? undefined : formatIp(host);
}

function open(
  { protocol, address, ports: [first, last] }: PortOpening,
  elements: NftElement[],
): void {
  const prefix = `${address} . ${protocol}`;
  if (isMany([first, last])) {
    elements.push({ set: 'opening-ranges', key: `${prefix} . ${first}-${last}` });
    return;
  }
  for (let port = first; port <= last; port++) {
    elements.push({ set: 'openings', key: `${prefix} . ${port}` });
  }
}

function isMany([first, last]: readonly [number, number]): boolean {
  return last - first >= FEW;
}
