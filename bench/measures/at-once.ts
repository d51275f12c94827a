import { SLEEP } from '../engines/containers.js';
import type { Engine } from '../engines/engine.js';
import type { Row } from '../report/rows.js';
import type { Bench, Measurement } from './bench.js';
import { type Once, rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

const STARTS = 50;
const LISTED = 300;
/** Creating a crowd takes much longer than what is timed. */
const SAMPLES = 5;
/** Requests on the way while the crowd is made and removed. */
const AT_ONCE = 8;

/** Fifty starts that come together, and the list of three hundred containers. */
export const atOnceMeasurement: Measurement = {
  number: 14,
  title: 'Many at once',

  async measure(bench: Bench): Promise<Row[]> {
    const starts = {
      key: 'once.start',
      title: `${STARTS} starts at once`,
      parts: ['total'],
      samples: SAMPLES,
    };
    const list = {
      key: 'once.list',
      title: `list of ${LISTED} running containers`,
      parts: ['total'],
    };
    return [...(await rounds(bench, starts, start)), ...(await rounds(bench, list, listing))];
  },
};

/** Only the starts are timed; the containers are made before and removed after. */
async function start({ containers }: Engine): Promise<Once> {
  return async () => {
    const watch = new Stopwatch();
    const ids = await many(STARTS, () => containers.create({ command: SLEEP }));
    await watch.time('start', () => Promise.all(ids.map((id) => containers.start(id))));
    await many(STARTS, (at) => containers.remove(ids[at] ?? ''));
    return watch.parts;
  };
}

async function listing({ containers }: Engine): Promise<Once> {
  await many(LISTED, () => containers.run({ network: 'none' }));
  return async () => {
    const watch = new Stopwatch();
    const running = await watch.time('list', () => containers.running());
    if (running.length !== LISTED) throw new Error(`${running.length} of ${LISTED} are listed`);
    return watch.parts;
  };
}

/** Does something a number of times, some at a time, and gives the results in order. */
async function many<T>(count: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < count; at = next++) results[at] = await work(at);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
