import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../engines/engine.js';
import type { Bench, Measurement } from './bench.js';
import { type Once, rounds } from './rounds.js';
import { Stopwatch } from './stopwatch.js';

/** Containers that run while the daemon is killed. */
const CROWD = 20;

/** Restarts are slow; so many will do. */
const MOST_SAMPLES = 5;

/** A daemon that has lost containers does not find them later. */
const FOUND_TIMEOUT_MS = 10_000;

/** The daemon is killed and started again; the containers must live on. */
export const restartMeasurement: Measurement = {
  number: 7,
  title: 'Restart after kill -9',

  measure: (bench: Bench) =>
    rounds(
      bench,
      {
        key: 'restart',
        title: `restart with ${CROWD} running containers`,
        parts: ['total', 'answers', 'lists all'],
        samples: Math.min(bench.samples, MOST_SAMPLES),
      },
      open,
    ),
};

async function open(engine: Engine): Promise<Once> {
  for (let number = 0; number < CROWD; number++) await engine.containers.run({});
  return async () => {
    const watch = new Stopwatch();
    await engine.crash();
    await watch.time('answers', () => engine.startDaemon());
    await watch.time('lists all', () => allFound(engine));
    return watch.parts;
  };
}

async function allFound({ containers }: Engine): Promise<void> {
  const deadline = performance.now() + FOUND_TIMEOUT_MS;
  while (true) {
    const running = await containers.running();
    if (running.length === CROWD) return;
    if (performance.now() > deadline) {
      throw new Error(`${running.length} of ${CROWD} containers run after the restart`);
    }
    await delay(5);
  }
}
