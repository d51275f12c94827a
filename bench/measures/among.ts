import type { Engine } from '../engines/engine.js';
import { type ByEngine, figure, type Row } from '../report/rows.js';
import { median } from '../report/statistics.js';
import type { Bench, Measurement } from './bench.js';
import { rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

const NETWORK = 'bench';

/** Rounds in each place: a crowd takes dockerd minutes to make already. */
const SAMPLES = 7;

/** What else there is while something is measured. */
interface Crowd {
  readonly key: string;
  readonly what: string;
  readonly counts: readonly number[];
  /** Adds one more. */
  readonly add: (engine: Engine, place: number) => Promise<unknown>;
  /** What is measured; `scene` sets it up. */
  readonly subject: string;
  readonly scene: (engine: Engine) => Promise<(round: number) => Promise<Record<string, number>>>;
}

const crowds: readonly Crowd[] = [
  {
    key: 'among.networks',
    what: 'networks',
    counts: [1, 100, 300],
    add: ({ containers }, place) => containers.createNetwork(`crowd-${place}`),
    subject: 'network create and remove',
    scene:
      async ({ containers }) =>
      async (round) => {
        const watch = new Stopwatch();
        await watch.time('create', () => containers.createNetwork(`${NETWORK}-${round}`));
        await watch.time('remove', () => containers.removeNetwork(`${NETWORK}-${round}`));
        return watch.parts;
      },
  },
  {
    key: 'among.containers',
    what: 'running containers',
    counts: [1, 100],
    add: ({ containers }) => containers.run({}),
    subject: 'network connect and disconnect',
    scene: async ({ containers }) => {
      await containers.createNetwork(NETWORK);
      const id = await containers.run({});
      return async () => {
        const watch = new Stopwatch();
        await watch.time('connect', () => containers.connect(NETWORK, id));
        await watch.time('disconnect', () => containers.disconnect(NETWORK, id));
        return watch.parts;
      };
    },
  },
];

/** What changing networks costs when there are many of them, or many containers. */
export const amongMeasurement: Measurement = {
  number: 9,
  title: 'Networks among many',

  async measure(bench: Bench): Promise<Row[]> {
    const rows: Row[] = [];
    for (const crowd of crowds) {
      const own: Row[] = [];
      for (const count of crowd.counts) own.push(...(await within(bench, crowd, count)));
      rows.push(...own, growth(crowd, own));
    }
    return rows;
  },
};

function within(bench: Bench, crowd: Crowd, count: number): Promise<Row[]> {
  const subject = {
    key: `${crowd.key}.${count}`,
    title: `${crowd.subject}, ${count} ${crowd.what}`,
    parts: ['total'],
    samples: SAMPLES,
  };
  return rounds(bench, subject, async (engine) => {
    for (let place = 1; place <= count; place++) await crowd.add(engine, place);
    return crowd.scene(engine);
  });
}

/** The largest median over the smallest: what the number of others makes of it. */
function growth({ key, what, counts }: Crowd, rows: readonly Row[]): Row {
  const of = (engine: 'tsnet' | 'docker') => {
    const medians = rows.flatMap(({ values }) => median(values[engine]) ?? []);
    return medians.length < counts.length ? undefined : Math.max(...medians) / Math.min(...medians);
  };
  const values: ByEngine<number | undefined> = { tsnet: of('tsnet'), docker: of('docker') };
  const title = `- most / least of ${counts.join(', ')} ${what}`;
  return figure({ key: `${key}.growth`, title, unit: 'x' }, values);
}
