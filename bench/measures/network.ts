import type { Bench, Measurement } from './bench.js';
import { rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

/** A bridge network made and removed, without containers. */
export const networkMeasurement: Measurement = {
  number: 2,
  title: 'Create and remove a network',

  measure: (bench: Bench) =>
    rounds(
      bench,
      {
        key: 'network',
        title: 'network create and remove',
        parts: ['total', 'create', 'remove'],
      },
      async ({ containers }) =>
        async (round) => {
          const name = `bench-${round}`;
          const watch = new Stopwatch();
          await watch.time('create', () => containers.createNetwork(name));
          await watch.time('remove', () => containers.removeNetwork(name));
          return watch.parts;
        },
    ),
};
