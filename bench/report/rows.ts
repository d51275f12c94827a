/** The engines that are compared. */
export type EngineName = 'tsnet' | 'docker';

/** `us` is microseconds, `x` a factor, `count` a number of things. */
export type Unit = 'ms' | 'us' | 'MB' | 'x' | 'count';

export type ByEngine<T> = Partial<Record<EngineName, T>>;

/** One line of a table: one thing measured on each engine. */
export interface Row {
  /** Stable name, such as `run.bridge.total`. */
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  /** Every sample in the order taken. An engine that failed, or does not run, has none. */
  readonly values: ByEngine<readonly number[]>;
  /** CPU time of everything the engine started, per sample; only where it could be told apart. */
  readonly cpuMs: ByEngine<readonly number[]>;
}

/** A measurement's rows under its heading. */
export interface Section {
  readonly number: number;
  readonly title: string;
  readonly rows: readonly Row[];
}

/** A row with one figure an engine. */
export function figure(
  row: Pick<Row, 'key' | 'title' | 'unit'>,
  values: ByEngine<number | undefined>,
): Row {
  const known = Object.entries(values).flatMap(([engine, value]) =>
    value === undefined ? [] : [[engine, [value]]],
  );
  return { ...row, values: Object.fromEntries(known), cpuMs: {} };
}
