import type { Shape } from '../engines/containers.js';
import type { Engine } from '../engines/engine.js';
import type { Row } from '../report/rows.js';
import type { Bench, Measurement } from './bench.js';
import { type Once, rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

/** Name of the user-defined network. */
const NETWORK = 'bench';

/** Host port of the published container. */
const PORT = 8080;

/** A way to attach the container. */
interface Variant {
  readonly key: string;
  readonly title: string;
  readonly shape: Shape;
}

const variants: readonly Variant[] = [
  { key: 'none', title: 'run `true` on none', shape: { network: 'none' } },
  { key: 'host', title: 'run `true` on host', shape: { network: 'host' } },
  { key: 'bridge', title: 'run `true` on bridge', shape: { network: 'bridge' } },
  { key: 'user', title: 'run `true` on a network of the user', shape: { network: NETWORK } },
  {
    key: 'port',
    title: 'run `true` on bridge with a published port',
    shape: { network: 'bridge', hostPort: PORT },
  },
];

/** The life of a container that runs `true`, by kind of network. */
export const runMeasurement: Measurement = {
  number: 1,
  title: 'Create, start, wait for and remove a container',

  async measure(bench: Bench): Promise<Row[]> {
    const rows: Row[] = [];
    for (const { key, title, shape } of variants) {
      const subject = {
        key: `run.${key}`,
        title,
        parts: ['total', 'create', 'start', 'wait', 'remove'],
      };
      rows.push(...(await rounds(bench, subject, (engine) => open(engine, shape))));
    }
    return rows;
  },
};

async function open({ containers }: Engine, shape: Shape): Promise<Once> {
  if (shape.network === NETWORK) await containers.createNetwork(NETWORK);
  return async () => {
    const watch = new Stopwatch();
    const id = await watch.time('create', () => containers.create(shape));
    await watch.time('start', () => containers.start(id));
    await watch.time('wait', () => containers.wait(id));
    await watch.time('remove', () => containers.remove(id));
    return watch.parts;
  };
}
