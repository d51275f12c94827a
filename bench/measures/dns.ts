import type { Engine } from '../engines/engine.js';
import { traffic } from '../engines/traffic.js';
import type { ByEngine, Row } from '../report/rows.js';
import type { Bench, Measurement } from './bench.js';

const NETWORK = 'bench';
const NAME = 'server';
const ROUND_MS = 1_500;
const ROUNDS = 7;

/** Questions on their way at a time: a container that waits for each answer, and a busy one. */
const crowds = [1, 32] as const;

/** How fast the embedded DNS answers for the name of a neighbour. */
export const dnsMeasurement: Measurement = {
  number: 13,
  title: 'Names of containers',

  async measure(bench: Bench): Promise<Row[]> {
    const taken = new Map<string, ByEngine<number[]>>();
    for (const engine of bench.engines) {
      bench.say(`${engine.name}: names`);
      try {
        await ask(engine, taken);
      } catch (error) {
        bench.fail(engine, 'names', error);
      }
      await engine.containers.clear();
    }
    const row = (key: string, title: string, unit: Row['unit']): Row => ({
      key: `dns.${key}`,
      title,
      unit,
      values: taken.get(key) ?? {},
      cpuMs: {},
    });
    return crowds.flatMap((count) => [
      row(`rate.${count}`, `queries a second, ${count} at a time`, 'count'),
      row(`p99.${count}`, '- 99th percentile', 'ms'),
    ]);
  },
};

async function ask(engine: Engine, taken: Map<string, ByEngine<number[]>>): Promise<void> {
  const { containers } = engine;
  await containers.createNetwork(NETWORK);
  await containers.run({ network: NETWORK, name: NAME });
  const client = await engine.inside(await containers.run({ network: NETWORK }));
  const keep = (key: string, value: number) => {
    const all = taken.get(key) ?? {};
    taken.set(key, { ...all, [engine.name]: [...(all[engine.name] ?? []), value] });
  };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const count of crowds) {
      const [rate = 0, p99 = 0] = await traffic(client, 'asker', NAME, ROUND_MS, count);
      if (round === 0) continue;
      keep(`rate.${count}`, rate);
      keep(`p99.${count}`, p99);
    }
  }
}
