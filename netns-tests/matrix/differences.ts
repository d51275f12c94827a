import type { Outcome, Place } from './dimensions.js';

/** Cells in which tsnet is not what Docker is. */
export interface Difference {
  /** What begins the line about it in `docs/differences.md`. */
  readonly title: string;
  readonly of: (place: Place) => boolean;
  readonly outcome: Outcome;
}

/** All that there are. */
export const differences: readonly Difference[] = [
  {
    title: "ICC off where `br_netfilter` doesn't show frames to the IP firewall",
    of: ({ client, target, column: { icc, mode }, configuration: { frames } }) =>
      frames === 'hidden' &&
      client === 'same bridge' &&
      target === 'container:ping' &&
      !icc &&
      mode === 'routed',
    outcome: 'no',
  },
  {
    title: 'A published port of a neighbour, on a network without ICC',
    of: ({
      client,
      target,
      column: { icc, mode },
      configuration: { forward, proxy, backend },
      stage,
    }) =>
      client === 'same bridge' &&
      target === 'host:published' &&
      !icc &&
      !proxy &&
      stage !== 'moved' &&
      (mode === 'nat' || mode === 'nat-unprotected') &&
      !(backend === 'nftables' && forward === 'drop'),
    outcome: 'ok',
  },
  {
    title:
      'A container’s own or its neighbour’s published port, where the host’s FORWARD policy is DROP, with nftables',
    of: ({ client, target, stage, configuration: { backend, proxy, forward } }) =>
      backend === 'nftables' &&
      forward === 'drop' &&
      proxy &&
      target === 'host:published' &&
      (client === 'itself' || (client === 'same bridge' && stage !== 'moved')),
    outcome: 'no',
  },
];

/** The difference that a cell is in. */
export function differenceOf(place: Place): Difference | undefined {
  return differences.find(({ of }) => of(place));
}
