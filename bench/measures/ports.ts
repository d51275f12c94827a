import type { Engine } from '../engines/engine.js';
import { type EngineName, figure, type Row } from '../report/rows.js';
import { median } from '../report/statistics.js';
import type { Bench, Measurement } from './bench.js';
import { type Once, rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

type Ports = readonly (readonly [host: number, container: number])[];

/** Ports that no range holds: neither the host's nor the container's follow each other. */
const separate = (count: number): Ports =>
  Array.from({ length: count }, (_, at) => [20_000 + 2 * at, 1_000 + 3 * at]);

const range = (count: number): Ports =>
  Array.from({ length: count }, (_, at) => [20_000 + at, 20_000 + at]);

/** A container with published ports. */
interface Variant {
  readonly key: string;
  readonly title: string;
  readonly ports: Ports;
  /** dockerd needs minutes for a thousand ports, with a process for each. */
  readonly engines: readonly EngineName[];
}

const variants: readonly Variant[] = [
  { key: 'one', title: 'one port', ports: separate(1), engines: ['tsnet', 'docker'] },
  { key: 'hundred', title: '100 ports', ports: separate(100), engines: ['tsnet', 'docker'] },
  { key: 'thousand', title: '1,000 ports', ports: separate(1_000), engines: ['tsnet'] },
  { key: 'range', title: 'a range of 10,000 ports', ports: range(10_000), engines: ['tsnet'] },
];

/** Start and removal of a container with published ports; it is created before. */
export const portsMeasurement: Measurement = {
  number: 10,
  title: 'Many published ports',

  async measure(bench: Bench): Promise<Row[]> {
    const rows: Row[] = [];
    for (const variant of variants) rows.push(...(await publish(bench, variant)));
    const [one, ...many] = variants;
    return [...rows, ...many.map((variant) => growth(rows, one, variant))];
  },
};

function publish(bench: Bench, { key, title, ports, engines }: Variant): Promise<Row[]> {
  const some = { ...bench, engines: bench.engines.filter(({ name }) => engines.includes(name)) };
  const subject = {
    key: `ports.${key}`,
    title: `start and remove with ${title}`,
    parts: ['total', 'start', 'remove'],
    samples: Math.min(bench.samples, key === 'hundred' ? 3 : 9),
  };
  return rounds(some, subject, (engine) => open(engine, ports));
}

async function open({ containers }: Engine, ports: Ports): Promise<Once> {
  return async () => {
    const id = await containers.create({ ports });
    const watch = new Stopwatch();
    await watch.time('start', () => containers.start(id));
    await watch.time('remove', () => containers.remove(id));
    return watch.parts;
  };
}

function growth(rows: readonly Row[], one: Variant | undefined, { key, title }: Variant): Row {
  const of = (engine: EngineName) => {
    const total = (variant = '') =>
      median(rows.find((row) => row.key === `ports.${variant}.total`)?.values[engine]);
    const [few, many] = [total(one?.key), total(key)];
    return few === undefined || many === undefined ? undefined : many / few;
  };
  const row = { key: `ports.${key}.growth`, title: `- ${title} / one port`, unit: 'x' } as const;
  return figure(row, { tsnet: of('tsnet'), docker: of('docker') });
}
