import { setTimeout as delay } from 'node:timers/promises';
import type { StatsBackend } from '../../../api/server/backends/stats.js';
import type { ContainerStats } from '../../../api/types/stats.js';
import type { Container } from '../container.js';
import type { ContainersContext } from '../context.js';
import { Latest } from './latest.js';
import { machineUsage } from './machine.js';
import { sampleOf, withPrevious } from './sample.js';
import { Sampler, sampleMs } from './sampler.js';

type Context = Pick<ContainersContext, 'registry' | 'networks' | 'clock'>;

/** Resource usage of containers for the API. */
export class ContainerStatistics implements StatsBackend {
  readonly #context: Context;
  readonly #sampler: Sampler<ContainerStats>;

  constructor(context: Context) {
    this.#context = context;
    this.#sampler = new Sampler((ids) => this.#samples(ids));
  }

  stats(
    ref: string,
    options: { stream: boolean; oneShot: boolean; signal: AbortSignal },
  ): AsyncIterable<ContainerStats> {
    const container = this.#context.registry.find(ref);
    return options.stream
      ? this.#stream(container, options.signal)
      : this.#once(container, options.oneShot, options.signal);
  }

  async *#once(
    container: Container,
    oneShot: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<ContainerStats> {
    const first = this.#sample(container);
    if (oneShot || !container.run) {
      yield first;
      return;
    }
    await delay(sampleMs, undefined, { signal }).catch(() => undefined);
    yield withPrevious(this.#sample(container), first);
  }

  async *#stream(container: Container, signal: AbortSignal): AsyncGenerator<ContainerStats> {
    const latest = new Latest<ContainerStats>();
    signal.addEventListener('abort', () => latest.end(), { once: true });
    using _view = this.#sampler.view(container.id, (sample) => {
      if (sample) latest.put(sample);
      else latest.end();
    });
    let previous = this.#sample(container);
    yield previous;
    for (let sample = await latest.next(); sample; sample = await latest.next()) {
      yield withPrevious(sample, previous);
      previous = sample;
    }
  }

  #samples(ids: readonly string[]): ReadonlyMap<string, ContainerStats> {
    const wanted = new Set(ids);
    const containers = this.#context.registry.all().filter(({ id }) => wanted.has(id));
    const machine = machineUsage();
    return new Map(containers.map((one) => [one.id, this.#sample(one, machine)]));
  }

  #sample(container: Container, machine = machineUsage()): ContainerStats {
    const interfaces = container.run ? this.#interfacesOf(container.id) : [];
    return sampleOf(container, { at: this.#context.clock.now(), machine, interfaces });
  }

  /** Of its own network, or of the container's whose network it shares; the host's are not its. */
  #interfacesOf(id: string): string[] {
    const sandbox = this.#context.networks.sandbox(id);
    if (sandbox?.kind.type === 'joined') return this.#interfacesOf(sandbox.kind.sandboxId);
    return sandbox?.endpoints.map((endpoint) => endpoint.interface.name) ?? [];
  }
}
