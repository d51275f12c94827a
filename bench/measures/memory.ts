import { setTimeout as delay } from 'node:timers/promises';
import type { Shape } from '../engines/containers.js';
import type { Engine } from '../engines/engine.js';
import { type Memory, memoryOf } from '../engines/memory.js';
import { type ByEngine, figure, type Row } from '../report/rows.js';
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

function rowsOf(idle: ByEngine<Memory>, figures: ByEngine<Figures>): Row[] {
  const pick = (value: (of: Figures) => number) =>
    Object.fromEntries(Object.entries(figures).map(([engine, of]) => [engine, value(of)]));
  const atStart = (key: keyof Memory) => ({ tsnet: idle.tsnet?.[key], docker: idle.docker?.[key] });
  const row = (
    key: string,
    title: string,
    unit: Row['unit'],
    values: ByEngine<number | undefined>,
  ) => figure({ key: `memory.${key}`, title, unit }, values);
  return [
    row('idle.rss', 'idle engine after its start, RSS', 'MB', atStart('rss')),
    row('idle.pss', 'idle engine after its start, PSS', 'MB', atStart('pss')),
    row(
      'used.rss',
      'idle engine after the measurements above, RSS',
      'MB',
      pick((of) => of.used.rss),
    ),
    row(
      'container.rss',
      'each running container, RSS',
      'MB',
      pick((of) => of.plain.rss),
    ),
    row(
      'container.pss',
      'each running container, PSS',
      'MB',
      pick((of) => of.plain.pss),
    ),
    row(
      'container.processes',
      'processes for each',
      'count',
      pick((of) => of.plain.processes),
    ),
    row(
      'port.pss',
      'each with a published port, PSS',
      'MB',
      pick((of) => of.published.pss),
    ),
    row(
      'port.processes',
      'processes for each published port',
      'count',
      pick((of) => of.published.processes - of.plain.processes),
    ),
  ];
}
