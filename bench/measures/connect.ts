import type { Bench, Measurement } from './bench.js';
import { rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

const NETWORK = 'bench';

/** A running container on the default bridge joins a second network and leaves it. */
export const connectMeasurement: Measurement = {
  number: 3,
  title: 'Connect a running container to a network and disconnect it',

  measure: (bench: Bench) =>
    rounds(
      bench,
      {
        key: 'connect',
        title: 'network connect and disconnect',
        parts: ['total', 'connect', 'disconnect'],
      },
      async ({ containers }) => {
        await containers.createNetwork(NETWORK);
        const id = await containers.run({});
        return async () => {
          const watch = new Stopwatch();
          await watch.time('connect', () => containers.connect(NETWORK, id));
          await watch.time('disconnect', () => containers.disconnect(NETWORK, id));
          return watch.parts;
        };
      },
    ),
};
