import type { NetworkInspect, SubnetStatusView } from '../../types/network.js';

/** The largest number that clients read: IPv6 subnets have more addresses than that. */
const most = (1n << 64n) - 1n;

/** A network as JSON. The counts of addresses are exact, where JSON.stringify would round them. */
export function inspectText({ Status, ...network }: NetworkInspect): string {
  const text = JSON.stringify(network);
  if (!Status) return text;
  const subnets = Object.entries(Status.IPAM.Subnets ?? {}).map(subnetText);
  const ipam = subnets.length > 0 ? `{"Subnets":{${subnets.join(',')}}}` : '{}';
  return `${text.slice(0, -1)},"Status":{"IPAM":${ipam}}}`;
}

function subnetText([subnet, { IPsInUse, DynamicIPsAvailable }]: [string, SubnetStatusView]) {
  const counts = `"IPsInUse":${atMost(IPsInUse)},"DynamicIPsAvailable":${atMost(DynamicIPsAvailable)}`;
  return `${JSON.stringify(subnet)}:{${counts}}`;
}

function atMost(count: bigint): bigint {
  return count > most ? most : count;
}
