import { setTimeout as delay } from 'node:timers/promises';
import { type Shape, SLEEP } from '../engines/containers.js';
import type { Engine } from '../engines/engine.js';
import { type ByEngine, figure, type Row } from '../report/rows.js';
import { median } from '../report/statistics.js';
import type { Bench, Measurement } from './bench.js';
import { sampled } from './rounds.js';

/** Starts timed around each place in the crowd. */
const WINDOW = 5;

/** The kernel takes namespaces down after the engine has answered. */
const AFTERMATH_MS = 3_000;

/** How many containers run before the last ones are timed. */
interface Crowd {
  readonly key: string;
  readonly what: string;
  /** The place, counted from 1, whose start is compared with the first. */
  readonly last: number;
  /** Shape of the container at a place. */
  readonly shape: (place: number) => Shape;
}

const crowds: readonly Crowd[] = [
  { key: 'crowd.plain', what: 'running container', last: 101, shape: () => ({}) },
  {
    key: 'crowd.port',
    what: 'published port',
    last: 200,
    shape: (place) => ({ hostPort: 20_000 + place }),
  },
];

/** Start times with their CPU time. */
interface Series {
  readonly ms: number[];
  readonly cpuMs: number[];
}

/** The starts at both ends of a crowd. */
interface Ends {
  readonly first: Series;
  readonly last: Series;
}

/** What a start costs when many others run. The containers stay; only the start call is timed. */
export const crowdMeasurement: Measurement = {
  number: 5,
  title: 'Start among many',

  async measure(bench: Bench): Promise<Row[]> {
    const rows: Row[] = [];
    for (const crowd of crowds) rows.push(...(await gather(bench, crowd)));
    return rows;
  },
};

/**
 * One engine after the other: the containers of one would slow down the kernel for the other, and a
 * crowd is compared with its own beginning.
 */
async function gather(bench: Bench, crowd: Crowd): Promise<Row[]> {
  const ends: ByEngine<Ends> = {};
  for (const engine of bench.engines) {
    bench.say(`${engine.name}: ${crowd.last} times a ${crowd.what}`);
    try {
      ends[engine.name] = await gatherOn(engine, crowd);
    } catch (error) {
      bench.fail(engine, crowd.what, error);
    }
    bench.say(`${engine.name}: removal`);
    await engine.containers.clear().catch((error: unknown) => bench.fail(engine, 'removal', error));
    await delay(AFTERMATH_MS);
  }
  return rowsOf(crowd, ends);
}

async function gatherOn(engine: Engine, crowd: Crowd): Promise<Ends> {
  const ends: Ends = { first: { ms: [], cpuMs: [] }, last: { ms: [], cpuMs: [] } };
  await warmUp(engine, crowd);
  // The window around the last place ends two places behind it.
  for (let place = 1; place <= crowd.last + 2; place++) {
    await join(engine, { crowd, place, into: endAt(ends, crowd, place) });
  }
  return ends;
}

/** Without it the first starts of a daemon would be slower than the last for being the first. */
async function warmUp({ containers }: Engine, { shape }: Crowd): Promise<void> {
  for (let count = 0; count < WINDOW; count++) {
    await containers.remove(await containers.run(shape(count)));
  }
}

/** Starts one more; times it if the place belongs to one of the ends. */
async function join(
  engine: Engine,
  { crowd, place, into }: { crowd: Crowd; place: number; into: Series | undefined },
): Promise<void> {
  const { containers } = engine;
  const id = await containers.create({ command: SLEEP, ...crowd.shape(place) });
  if (!into) return containers.start(id);
  const { result, cpuMs } = await sampled(engine, async () => {
    const begin = performance.now();
    await containers.start(id);
    return performance.now() - begin;
  });
  into.ms.push(result);
  into.cpuMs.push(cpuMs);
}

function endAt(ends: Ends, { last }: Crowd, place: number): Series | undefined {
  if (place <= WINDOW) return ends.first;
  return place > last + 2 - WINDOW ? ends.last : undefined;
}

function rowsOf({ key, what, last }: Crowd, ends: ByEngine<Ends>): Row[] {
  const pick = <T>(value: (of: Ends) => T): ByEngine<T> =>
    Object.fromEntries(Object.entries(ends).map(([engine, of]) => [engine, value(of)]));
  const row = (end: keyof Ends, place: string): Row => ({
    key: `${key}.${end}`,
    title: `start of the ${place} ${what}`,
    unit: 'ms',
    values: pick((of) => of[end].ms),
    cpuMs: pick((of) => of[end].cpuMs),
  });
  const nth = last % 10 === 1 ? `${last}st` : `${last}th`;
  const growth = ({ first, last: late }: Ends) => {
    const [before, after] = [median(first.ms), median(late.ms)];
    return before === undefined || after === undefined ? undefined : after / before;
  };
  return [
    row('first', '1st'),
    row('last', nth),
    figure({ key: `${key}.growth`, title: `- ${nth} / 1st`, unit: 'x' }, pick(growth)),
  ];
}
