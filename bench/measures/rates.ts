import { SLEEP } from '../engines/containers.js';
import type { Engine } from '../engines/engine.js';
import { answerAt, traffic } from '../engines/traffic.js';
import { type ByEngine, figure, type Row } from '../report/rows.js';
import { median } from '../report/statistics.js';
import type { Bench, Measurement } from './bench.js';

const TURNS = 4;
const ROUNDS = 3;
const ROUND_MS = 1_000;
const AT_ONCE = 16;

type Ports = readonly (readonly [host: number, container: number])[];

/** Ports of the two containers on the host. */
const ONLY = 18_000;
const FIRST = 20_000;
/** dockerd needs too long to publish as many: a chain of that length is in the documents of its users. */
const MANY = { tsnet: 5_000, docker: 100 } as const;

/** Connections a second through a published port: the only one, and the last of many. */
export const ratesMeasurement: Measurement = {
  number: 11,
  title: 'New connections from another machine',

  async measure(bench: Bench): Promise<Row[]> {
    const only: ByEngine<number[]> = {};
    const last: ByEngine<number[]> = {};
    for (const engine of bench.engines) {
      bench.say(`${engine.name}: new connections through one of ${MANY[engine.name]} ports`);
      try {
        [only[engine.name], last[engine.name]] = await compare(engine);
      } catch (error) {
        bench.fail(engine, 'new connections', error);
      }
      await engine.containers.clear();
    }
    const row = (key: string, title: string, values: ByEngine<number[]>): Row => ({
      key: `rates.${key}`,
      title,
      unit: 'count',
      values,
      cpuMs: {},
    });
    const ratio = (engine: 'tsnet' | 'docker') => {
      const [few, many] = [median(only[engine]), median(last[engine])];
      return few === undefined || many === undefined ? undefined : few / many;
    };
    const shown = `the last of ${MANY.tsnet} ports (docker: ${MANY.docker})`;
    return [
      row('only', 'a second, through the only port', only),
      row('last', `a second, through ${shown}`, last),
      figure(
        { key: 'rates.growth', title: '- only / last', unit: 'x' },
        { tsnet: ratio('tsnet'), docker: ratio('docker') },
      ),
    ];
  },
};

/** A B A B: what else the machine does falls on both. Each container is alone on its host while it is measured. */
async function compare(engine: Engine): Promise<[only: number[], last: number[]]> {
  // Neither the host's nor the container's follow each other, so that no range holds them.
  const count = MANY[engine.name];
  const many = Array.from({ length: count }, (_, at) => [FIRST + 2 * at, 80 + 3 * at] as const);
  const only: number[] = [];
  const last: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    only.push(...(await rates(engine, [[ONLY, 80]])));
    last.push(...(await rates(engine, many)));
  }
  return [only, last];
}

/** Connections a second through the last of the ports, a few times. */
async function rates(engine: Engine, ports: Ports): Promise<number[]> {
  await using _ = await published(engine, ports);
  const words = ['192.0.2.2', ports.at(-1)?.[0] ?? 0, ROUND_MS, AT_ONCE];
  const found: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const [rate = 0] = await traffic(engine.outside, 'opener', ...words);
    if (round > 0) found.push(rate);
  }
  return found;
}

/** A container that answers on the last of its ports. */
async function published(engine: Engine, ports: Ports): Promise<AsyncDisposable> {
  const id = await engine.containers.run({ command: SLEEP, ports });
  const server = await answerAt(await engine.inside(id), ports.at(-1)?.[1] ?? 0);
  return {
    async [Symbol.asyncDispose]() {
      await server.stop('SIGKILL');
      await engine.containers.remove(id);
    },
  };
}
