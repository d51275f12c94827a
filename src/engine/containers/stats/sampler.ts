import { setImmediate as turn } from 'node:timers/promises';

/** Between two samples. */
export const sampleMs = 1000;
/** Containers that are looked at in one go; whoever waits for the daemon is let in between. */
const atOnce = 8;

/** Somebody who looks at one thing. */
interface Viewer<T> {
  readonly id: string;
  /** Undefined: it is gone. */
  show(sample: T | undefined): void;
}

/**
 * Takes a sample of everything that somebody looks at, once a second: by one timer, once for all who look at the same,
 * and not at all while nobody looks.
 */
export class Sampler<T> {
  readonly #take: (ids: readonly string[]) => ReadonlyMap<string, T>;
  readonly #viewers = new Set<Viewer<T>>();
  #timer: NodeJS.Timeout | undefined;

  /** `take` samples some of the ids; what is gone is left out. */
  constructor(take: (ids: readonly string[]) => ReadonlyMap<string, T>) {
    this.#take = take;
  }

  /** Shows each sample of `id` from now on, until it is disposed of. */
  view(id: string, show: (sample: T | undefined) => void): Disposable {
    const viewer = { id, show };
    this.#viewers.add(viewer);
    this.#timer ??= setInterval(() => void this.#tick(), sampleMs).unref();
    return { [Symbol.dispose]: () => this.#remove(viewer) };
  }

  #remove(viewer: Viewer<T>): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #tick(): Promise<void> {
    const ids = [...new Set([...this.#viewers].map(({ id }) => id))];
    for (let at = 0; at < ids.length; at += atOnce) {
      if (at > 0) await turn();
      const some = new Set(ids.slice(at, at + atOnce));
      const samples = this.#take([...some]);
      for (const { id, show } of this.#viewers) {
        if (some.has(id)) show(samples.get(id));
      }
    }
  }
}
