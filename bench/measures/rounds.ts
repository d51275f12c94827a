import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../engines/engine.js';
import type { EngineName, Row } from '../report/rows.js';
import type { Bench } from './bench.js';

/** After each sample: what the engine does after its answers belongs to its sample, not to the next one's. */
const SETTLE_MS = 150;

/** Milliseconds by the name of the part; `total` is the whole. */
type Parts = Readonly<Record<string, number>>;

/** What is sampled. */
interface Subject {
  /** Prefix of the rows' keys. */
  readonly key: string;
  readonly title: string;
  /** The rows: `total` gets the CPU time too. */
  readonly parts: readonly string[];
  /** Default: as many as asked for. */
  readonly samples?: number;
}

/** One engine's side: `once` is a sample. Round 0 is the warm-up. */
export type Once = (round: number) => Promise<Parts>;

/** Samples of one engine, in the order taken. */
interface Taken {
  readonly parts: Parts[];
  readonly cpuMs: number[];
}

/**
 * Samples every engine in turn (A B A B ...), after a round that isn't counted. `open` sets the scene for
 * an engine; afterwards everything that the engine then has is removed.
 */
export async function rounds(
  bench: Bench,
  subject: Subject,
  open: (engine: Engine) => Promise<Once>,
): Promise<Row[]> {
  bench.say(subject.title);
  const running = new Map<Engine, Once>();
  const taken = new Map<EngineName, Taken>();
  const attempt = (engine: Engine, run: () => Promise<void>) =>
    run().catch((error: unknown) => {
      running.delete(engine);
      bench.fail(engine, subject.title, error);
    });
  for (const engine of bench.engines) {
    taken.set(engine.name, { parts: [], cpuMs: [] });
    await attempt(engine, async () => void running.set(engine, await open(engine)));
  }
  for (let round = 0; round <= (subject.samples ?? bench.samples); round++) {
    for (const [engine, once] of running) {
      await attempt(engine, async () => {
        const sample = await sampled(engine, () => once(round));
        if (round > 0) keep(taken.get(engine.name), sample);
      });
    }
  }
  for (const engine of bench.engines) await attempt(engine, () => engine.containers.clear());
  return subject.parts.map((part) => rowOf(subject, part, taken));
}

/** Takes one sample with the CPU time that the engine needed for it. */
export async function sampled<T>(
  engine: Engine,
  once: () => Promise<T>,
): Promise<{ readonly result: T; readonly cpuMs: number }> {
  const before = engine.cpuMs();
  const result = await once();
  await delay(SETTLE_MS);
  return { result, cpuMs: engine.cpuMs() - before };
}

function keep(taken: Taken | undefined, { result, cpuMs }: { result: Parts; cpuMs: number }): void {
  taken?.parts.push(result);
  taken?.cpuMs.push(cpuMs);
}

function rowOf(subject: Subject, part: string, taken: ReadonlyMap<EngineName, Taken>): Row {
  const pick = (values: (from: Taken) => number[]) =>
    Object.fromEntries([...taken].map(([engine, from]) => [engine, values(from)]));
  const isTotal = part === 'total';
  return {
    key: `${subject.key}.${part}`,
    title: isTotal ? subject.title : `- ${part}`,
    unit: 'ms',
    values: pick(({ parts }) => parts.flatMap((times) => times[part] ?? [])),
    cpuMs: isTotal ? pick(({ cpuMs }) => cpuMs) : {},
  };
}
