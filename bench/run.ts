import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../src/base/errors.js';
import { Lifetime } from '../src/base/rollback.js';
import { dockerd } from './engines/dockerd.js';
import { Engine } from './engines/engine.js';
import { WorkFolder } from './engines/folder.js';
import { buildImage, loadImage } from './engines/image.js';
import { type Memory, memoryOf } from './engines/memory.js';
import type { Recipe } from './engines/recipe.js';
import { tsnetd } from './engines/tsnetd.js';
import { measurements } from './measures/all.js';
import type { Bench } from './measures/bench.js';
import type { BenchOptions } from './options.js';
import type { ByEngine, Row, Section } from './report/rows.js';
import { renderRows } from './report/table.js';

/** A fresh daemon has warmed up and is idle after this. */
const IDLE_MS = 3_000;

/** What a run came to. */
export interface Outcome {
  readonly sections: readonly Section[];
  /** Words about everything that could not be measured. */
  readonly failures: readonly string[];
}

/** Where a run says things: `print` gets the report, `say` what is going on. */
export interface Voice {
  print(text: string): void;
  say(text: string): void;
}

/** Starts the engines, takes the measurements, and takes everything down. */
export class BenchRun implements AsyncDisposable {
  readonly #options: BenchOptions;
  readonly #withDocker: boolean;
  readonly #voice: Voice;
  readonly #lifetime = new Lifetime();
  readonly #failures: string[] = [];
  readonly #idle: ByEngine<Memory> = {};
  #isClosing = false;
  #starting: Promise<Engine[]> | undefined;

  constructor(parts: { options: BenchOptions; withDocker: boolean; voice: Voice }) {
    this.#options = parts.options;
    this.#withDocker = parts.withDocker;
    this.#voice = parts.voice;
  }

  /** Takes the measurements that were asked for, and prints each when it is done. */
  async measure(): Promise<Outcome> {
    this.#starting = this.#startEngines();
    const engines = await this.#starting;
    const sections: Section[] = [];
    for (const { number, title, measure } of measurements) {
      if (!this.#options.only.includes(number) || engines.length === 0) continue;
      if (this.#isClosing) break;
      const rows = await measure(this.#bench(engines, sections));
      if (this.#isClosing) break;
      sections.push({ number, title, rows });
      const names = engines.map(({ name }) => name);
      this.#voice.print(`\n## ${number}. ${title}\n\n${renderRows(rows, names)}`);
    }
    return { sections, failures: this.#failures };
  }

  /** Ends all that was started; also in the middle of a measurement. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    this.#voice.say('cleaning up');
    // An engine is owned only when it has started: one on its way is waited for.
    await this.#starting?.catch(() => {});
    await this.#lifetime[Symbol.asyncDispose]();
  }

  async #startEngines(): Promise<Engine[]> {
    const folder = this.#lifetime.own(new WorkFolder());
    const image = await buildImage();
    const engines: Engine[] = [];
    for (const recipe of this.#recipes()) {
      if (this.#isClosing) break;
      this.#voice.say(`starting ${recipe.name}`);
      try {
        const engine = this.#lifetime.own(await Engine.start(recipe, folder.path));
        await loadImage(engine.api, image);
        await delay(IDLE_MS);
        this.#idle[engine.name] = memoryOf(engine.pids());
        engines.push(engine);
      } catch (error) {
        this.#failures.push(`${recipe.name}: ${messageOf(error)}`);
      }
    }
    return engines;
  }

  #recipes(): Recipe[] {
    return [tsnetd(this.#options.tsnetd), ...(this.#withDocker ? [dockerd] : [])];
  }

  #bench(engines: readonly Engine[], sections: readonly Section[]): Bench {
    return {
      engines,
      samples: this.#options.samples,
      idle: this.#idle,
      rows: sections.flatMap<Row>(({ rows }) => rows),
      say: (text) => this.#voice.say(text),
      fail: (engine, what, error) => {
        this.#failures.push(`${engine.name}: ${what}: ${messageOf(error)}`);
      },
    };
  }
}
