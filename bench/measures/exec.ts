import type { Bench, Measurement } from './bench.js';
import { rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

/** A second process in a running container, until its streams end. */
export const execMeasurement: Measurement = {
  number: 4,
  title: 'Exec in a running container',

  measure: (bench: Bench) =>
    rounds(
      bench,
      { key: 'exec', title: 'exec `true`', parts: ['total'] },
      async ({ containers }) => {
        const id = await containers.run({});
        return async () => {
          const watch = new Stopwatch();
          const { execId } = await watch.time('exec', () => containers.exec(id));
          await containers.checkExec(execId);
          return watch.parts;
        };
      },
    ),
};
