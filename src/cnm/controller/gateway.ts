import type { Family } from '../../base/ip.js';

/** What the choice of the gateway needs to know of an endpoint. */
export interface GatewayCandidate {
  readonly endpointId: string;
  readonly networkName: string;
  readonly internal: boolean;
  /** A leg on the gateway network, which nobody asked for. */
  readonly lastResort: boolean;
  /** `--gw-priority`. */
  readonly priority: number;
  /** Families in which the endpoint has a gateway. */
  readonly families: readonly Family[];
}

/** The endpoint that the default route of each family leads through; absent where none can. */
export type Gateways = { readonly [F in Family]?: string };

/** For each family the first in the order of {@link bestFirst} that has a gateway in it. */
export function chooseGateways(candidates: readonly GatewayCandidate[]): Gateways {
  const order = bestFirst(candidates);
  const first = (family: Family) =>
    order.find(({ families }) => families.includes(family))?.endpointId;
  const [four, six] = [first(4), first(6)];
  return { ...(four !== undefined && { 4: four }), ...(six !== undefined && { 6: six }) };
}

/**
 * Docker's order of a sandbox's endpoints, for gateways and for the look-up of names: higher priority; asked for
 * by somebody; not internal; gateways in both families; name of the network.
 */
export function bestFirst<T extends Omit<GatewayCandidate, 'endpointId'>>(
  candidates: readonly T[],
): T[] {
  return candidates.toSorted(
    (a, b) =>
      b.priority - a.priority ||
      Number(a.lastResort) - Number(b.lastResort) ||
      Number(a.internal) - Number(b.internal) ||
      b.families.length - a.families.length ||
      (a.networkName < b.networkName ? -1 : 1),
  );
}
