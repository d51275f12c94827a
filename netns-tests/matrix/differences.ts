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
];

/** The difference that a cell is in. */
export function differenceOf(place: Place): Difference | undefined {
  return differences.find(({ of }) => of(place));
}
