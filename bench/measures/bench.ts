import type { Engine } from '../engines/engine.js';
import type { Memory } from '../engines/memory.js';
import type { ByEngine, Row, Section } from '../report/rows.js';

/** What every measurement gets. */
export interface Bench {
  /** In the order of the tables' columns. */
  readonly engines: readonly Engine[];
  /** Measured rounds. */
  readonly samples: number;
  /** Memory of each engine right after it was started, with one image and no container. */
  readonly idle: ByEngine<Memory>;
  /** Rows of the measurements before this one. */
  readonly rows: readonly Row[];
  /** Says what is going on. */
  say(text: string): void;
  /** Notes that an engine could not be measured; the others go on. */
  fail(engine: Engine, what: string, error: unknown): void;
}

/** One of the numbered measurements. */
export interface Measurement {
  readonly number: number;
  readonly title: string;
  measure(bench: Bench): Promise<Section['rows']>;
}
