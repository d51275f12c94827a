import type { Engine } from '../engines/engine.js';
import type { Row } from '../report/rows.js';
import type { Bench, Measurement } from './bench.js';
import { type Once, rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

/** Bytes of a line, its end among them, and how many lines make a gigabyte. */
const LINE = 100;
const LINES = 10_000_000;
/** Of Docker's frame around each line. */
const FRAME = 8;
/** Reading takes seconds. */
const SAMPLES = 3;

/** A long log, read from its beginning to its end over the API. */
export const logsMeasurement: Measurement = {
  number: 15,
  title: 'A log of 1 GB',

  measure: (bench: Bench): Promise<Row[]> =>
    rounds(
      bench,
      { key: 'logs.read', title: 'read 10 million lines', parts: ['total'], samples: SAMPLES },
      reading,
    ),
};

/** The log is written once; only reading it is timed. */
async function reading({ containers }: Engine): Promise<Once> {
  const line = 'x'.repeat(LINE - 1);
  const id = await containers.create({
    command: ['sh', '-c', `yes ${line} | head -n ${LINES}`],
    network: 'none',
  });
  await containers.start(id);
  await containers.wait(id);
  return async () => {
    const watch = new Stopwatch();
    const length = await watch.time('read', () => containers.logs(id));
    if (length !== LINES * (LINE + FRAME)) throw new Error(`${length} bytes came of the log`);
    return watch.parts;
  };
}
