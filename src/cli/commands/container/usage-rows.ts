import type { Stats } from '../../../api/client/stats.js';
import type { ContainerStats } from '../../../api/types/stats.js';
import type { UsageRow } from '../../format/usage-figures.js';

/** Containers whose usage is shown, each with what was heard of it last. */
export class UsageRows {
  readonly #stats: Stats;
  readonly #stream: boolean;
  readonly #rows = new Map<string, { sample: ContainerStats | undefined; first: Promise<void> }>();
  #problem: Error | undefined;

  /** `stream`: samples are taken until the container is removed. */
  constructor(stats: Stats, stream: boolean) {
    this.#stats = stats;
    this.#stream = stream;
  }

  /** What is shown. */
  get all(): UsageRow[] {
    return [...this.#rows].map(([container, { sample }]) => ({ container, sample }));
  }

  /** Why there is nothing of one of them, if so. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  add(ref: string): void {
    if (this.#rows.has(ref)) return;
    let heard = () => {};
    const first = new Promise<void>((resolve) => {
      heard = resolve;
    });
    this.#rows.set(ref, { sample: undefined, first });
    this.#follow(ref, heard)
      .catch((error: unknown) => {
        this.#problem = error instanceof Error ? error : new Error(String(error));
      })
      .finally(heard);
  }

  remove(ref: string): void {
    this.#rows.delete(ref);
  }

  /** Resolves when something was heard of each that is there now, or never will be. */
  async first(): Promise<void> {
    await Promise.all([...this.#rows.values()].map(({ first }) => first));
  }

  async #follow(ref: string, heard: () => void): Promise<void> {
    for await (const sample of this.#stats.of(ref, this.#stream)) {
      const row = this.#rows.get(ref);
      if (!row) return;
      row.sample = sample;
      heard();
    }
    if (this.#stream) this.remove(ref);
  }
}

/** Adds what is started and removes what ends; with `all` what is created and removed. */
export function followUsage(
  stats: Stats,
  rows: UsageRows,
  all: boolean,
): { readonly isOver: boolean } {
  const state = { isOver: false };
  const adds = all ? ['start', 'create'] : ['start'];
  const removes = all ? ['destroy'] : ['destroy', 'die'];
  const follow = async () => {
    for await (const { action, id } of stats.changes()) {
      if (adds.includes(action)) rows.add(id);
      if (removes.includes(action)) rows.remove(id);
    }
  };
  follow()
    .catch(() => undefined)
    .finally(() => {
      state.isOver = true;
    });
  return state;
}
