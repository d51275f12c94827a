import { setTimeout as delay } from 'node:timers/promises';
import type { Shape } from '../engines/containers.js';
import type { Engine } from '../engines/engine.js';
import { type Memory, memoryOf } from '../engines/memory.js';
import { type ByEngine, figure, type Row, type Unit } from '../report/rows.js';
import type { Bench, Measurement } from './bench.js';

/** Containers that the memory of one is the mean of. */
const CROWD = 20;

/** Garbage of the set-up is collected, processes that are on their way out are gone. */
const SETTLE_MS = 2_000;

/** What an engine keeps for a number of running containers. */
interface Kept extends Memory {
  /** PSS of the processes that were started for the containers: all but the growth of the daemon. */
  readonly helpers: number;
  /** Number of those processes. */
  readonly processes: number;
}

/** One engine's figures. */
interface Figures {
  /** With no container, after the measurements before this one. */
  readonly used: Memory;
  /** For each running container without ports. */
  readonly plain: Kept;
  /** For each that publishes a port. */
  readonly published: Kept;
}

/** Memory and processes of the engine itself; those of the containers' own processes don't count. */
export const memoryMeasurement: Measurement = {
  number: 6,
  title: 'Memory and processes',

  async measure(bench: Bench): Promise<Row[]> {
    bench.say(`memory for ${CROWD} containers`);
    const figures: ByEngine<Figures> = {};
    for (const engine of bench.engines) {
      try {
        figures[engine.name] = await examine(engine);
      } catch (error) {
        bench.fail(engine, 'memory', error);
      }
    }
    return rowsOf(bench.idle, figures);
  },
};

async function examine(engine: Engine): Promise<Figures> {
  const used = await settled(engine);
  const plain = await perContainer(engine, () => ({}));
  const published = await perContainer(engine, (number) => ({ hostPort: 20_000 + number }));
  return { used, plain, published };
}

/** What every one of {@link CROWD} containers adds to the engine. They are removed again. */
async function perContainer(engine: Engine, shape: (number: number) => Shape): Promise<Kept> {
  const before = await settled(engine);
  for (let number = 0; number < CROWD; number++) await engine.containers.run(shape(number));
  const after = await settled(engine);
  const added = after.pids.filter((pid) => !before.pids.includes(pid));
  const helpers = memoryOf(added).pss;
  await engine.containers.clear();
  return {
    rss: (after.rss - before.rss) / CROWD,
    pss: (after.pss - before.pss) / CROWD,
    helpers: helpers / CROWD,
    processes: added.length / CROWD,
  };
}

async function settled(engine: Engine): Promise<Memory & { readonly pids: readonly number[] }> {
  await delay(SETTLE_MS);
  const pids = engine.pids();
  return { ...memoryOf(pids), pids };
}

/** The rows that are read from the figures. */
const rows: readonly {
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  readonly value: (of: Figures) => number;
}[] = [
  {
    key: 'used.rss',
    title: 'idle engine after the measurements above, RSS',
    unit: 'MB',
    value: ({ used }) => used.rss,
  },
  {
    key: 'container.rss',
    title: 'each running container, RSS',
    unit: 'MB',
    value: ({ plain }) => plain.rss,
  },
  {
    key: 'container.pss',
    title: 'each running container, PSS',
    unit: 'MB',
    value: ({ plain }) => plain.pss,
  },
  {
    key: 'container.helpers',
    title: '- of it in processes started for it',
    unit: 'MB',
    value: ({ plain }) => plain.helpers,
  },
  {
    key: 'container.daemon',
    title: '- of it growth of the daemon',
    unit: 'MB',
    value: ({ plain }) => plain.pss - plain.helpers,
  },
  {
    key: 'container.processes',
    title: '- number of those processes',
    unit: 'count',
    value: ({ plain }) => plain.processes,
  },
  {
    key: 'port.pss',
    title: 'each running container with a published port, PSS',
    unit: 'MB',
    value: ({ published }) => published.pss,
  },
  {
    key: 'port.processes',
    title: '- number of processes for the port',
    unit: 'count',
    value: ({ plain, published }) => published.processes - plain.processes,
  },
];

function rowsOf(idle: ByEngine<Memory>, figures: ByEngine<Figures>): Row[] {
  const atStart = (key: keyof Memory, name: string) =>
    figure(
      { key: `memory.idle.${key}`, title: `idle engine after its start, ${name}`, unit: 'MB' },
      { tsnet: idle.tsnet?.[key], docker: idle.docker?.[key] },
    );
  const others = rows.map(({ key, title, unit, value }) => {
    const values = Object.entries(figures).map(([engine, of]) => [engine, value(of)]);
    return figure({ key: `memory.${key}`, title, unit }, Object.fromEntries(values));
  });
  return [atStart('rss', 'RSS'), atStart('pss', 'PSS'), ...others];
}
