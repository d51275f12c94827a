import { NotFound, Unavailable } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { type CallOptions, PluginClient } from './client.js';
import { findPlugin, pluginNames } from './discovery.js';
import type { PluginFolders, PluginSpec } from './model.js';

/** A plugin that was asked what it is. */
export interface Plugin {
  readonly name: string;
  /** `VolumeDriver`, `authz`, ... */
  readonly implements: readonly string[];
  readonly client: PluginClient;
}

/** How long a plugin has to answer the first question. */
const activationMs = 60_000;

/** Plugins of the host. Each is looked for when it is first wanted, and asked once what it implements. */
export class Plugins {
  readonly #folders: PluginFolders;
  readonly #logger: Logger;
  /** Docker waits so long for one that is just being started. */
  readonly #patienceMs: number;
  readonly #active = new Map<string, { readonly spec: PluginSpec; readonly plugin: Plugin }>();

  constructor(options: { folders: PluginFolders; logger: Logger; patienceMs?: number }) {
    this.#folders = options.folders;
    this.#logger = options.logger;
    this.#patienceMs = options.patienceMs ?? 15_000;
  }

  /** @throws NotFound if there is none that implements it; Unavailable if it doesn't answer */
  async get(name: string, kind: string): Promise<Plugin> {
    const spec = findPlugin(this.#folders, name);
    if (!spec) throw new NotFound(`plugin ${JSON.stringify(name)} not found`);
    const plugin = await this.#activate(spec, { retryMs: this.#patienceMs });
    if (plugin.implements.includes(kind)) return plugin;
    throw new NotFound(
      `plugin does not implement the requested driver: plugin=${JSON.stringify(name)}, ` +
        `requested implementation=${JSON.stringify(kind)}`,
    );
  }

  /** All that implement it and answer at once. */
  async all(kind: string): Promise<Plugin[]> {
    const found = await Promise.all(pluginNames(this.#folders).map((name) => this.#attempt(name)));
    return found.filter((plugin) => plugin?.implements.includes(kind)).filter((one) => !!one);
  }

  /**
   * Names of those that implement it, sorted. One that was asked before is not asked again; others have `withinMs` to answer,
   * and are left out otherwise.
   */
  async names(kind: string, withinMs = 1000): Promise<string[]> {
    const asked = pluginNames(this.#folders).map(async (name) => {
      try {
        const spec = findPlugin(this.#folders, name);
        const plugin = spec && (await this.#activate(spec, { retryMs: 0, timeoutMs: withinMs }));
        return plugin?.implements.includes(kind) ? [name] : [];
      } catch {
        // Whoever wants to use it is told what is wrong with it.
        return [];
      }
    });
    return (await Promise.all(asked)).flat().sort();
  }

  async #attempt(name: string): Promise<Plugin | undefined> {
    try {
      const spec = findPlugin(this.#folders, name);
      return spec && (await this.#activate(spec, { retryMs: 0 }));
    } catch (error) {
      this.#logger.warn('plugin does not answer', { plugin: name, error });
      return undefined;
    }
  }

  /** One that has moved is another one. */
  async #activate(
    spec: PluginSpec,
    { retryMs, timeoutMs = activationMs }: { retryMs: number; timeoutMs?: number },
  ): Promise<Plugin> {
    const known = this.#active.get(spec.name);
    if (known && known.spec.address === spec.address) return known.plugin;
    const client = new PluginClient(spec);
    const options: CallOptions = { timeoutMs, retryMs };
    const answer = await client.call('Plugin.Activate', undefined, options);
    const list =
      'Implements' in answer && Array.isArray(answer.Implements) ? answer.Implements : [];
    if (list.length === 0) throw new Unavailable(`plugin ${spec.name} implements nothing`);
    const plugin = { name: spec.name, implements: list.map(String), client };
    this.#active.set(spec.name, { spec, plugin });
    return plugin;
  }
}
