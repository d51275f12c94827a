import { type EngineName, figure, type Row } from '../report/rows.js';
import { median } from '../report/statistics.js';
import type { Bench, Measurement } from './bench.js';

const variants = [
  { key: 'bridge', title: 'bridge' },
  { key: 'user', title: 'a network of the user' },
  { key: 'port', title: 'bridge with a published port' },
];

/** What networking adds to a start: the medians of measurement 1, less that of `none`. */
export const networkingMeasurement: Measurement = {
  number: 8,
  title: 'The networking part of a start',

  async measure({ rows }: Bench): Promise<Row[]> {
    return variants.map(({ key, title }) =>
      figure(
        { key: `networking.${key}`, title: `start on ${title} minus start on none`, unit: 'ms' },
        { tsnet: difference(rows, 'tsnet', key), docker: difference(rows, 'docker', key) },
      ),
    );
  },
};

function difference(rows: readonly Row[], engine: EngineName, key: string): number | undefined {
  const start = (variant: string) =>
    median(rows.find((row) => row.key === `run.${variant}.start`)?.values[engine]);
  const [on, none] = [start(key), start('none')];
  return on === undefined || none === undefined ? undefined : on - none;
}
