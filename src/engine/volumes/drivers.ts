import { messageOf, NotFound, Unavailable } from '../../base/errors.js';
import type { Plugin, Plugins } from '../plugins/plugins.js';
import type { VolumeDriver } from './driver.js';
import { PluginDriver, volumePlugin } from './plugin-driver.js';

/** What volumes can be kept by: this machine, and plugins that say so. */
export interface VolumeDrivers {
  /** @throws NotFound if there is no such driver; Unavailable if it doesn't answer */
  get(name: string): Promise<VolumeDriver>;
  /** All that answer. */
  all(): Promise<readonly VolumeDriver[]>;
}

/** The local driver, and plugins by name. */
export class PluggedDrivers implements VolumeDrivers {
  readonly #local: VolumeDriver;
  readonly #plugins: Plugins;
  readonly #plugged = new WeakMap<Plugin, VolumeDriver>();

  constructor(parts: { local: VolumeDriver; plugins: Plugins }) {
    this.#local = parts.local;
    this.#plugins = parts.plugins;
  }

  async get(name: string): Promise<VolumeDriver> {
    if (name === this.#local.name) return this.#local;
    try {
      const plugin = await this.#plugins.get(name, volumePlugin);
      return this.#driverOf(plugin);
    } catch (error) {
      const message = `error looking up volume plugin ${name}: ${messageOf(error)}`;
      throw error instanceof NotFound ? new NotFound(message) : new Unavailable(message);
    }
  }

  async all(): Promise<readonly VolumeDriver[]> {
    const plugins = await this.#plugins.all(volumePlugin);
    return [this.#local, ...plugins.map((plugin) => this.#driverOf(plugin))];
  }

  /** The same one as long as the plugin is: it remembers what the plugin can do. */
  #driverOf(plugin: Plugin): VolumeDriver {
    const known = this.#plugged.get(plugin);
    if (known) return known;
    const driver = new PluginDriver(plugin);
    this.#plugged.set(plugin, driver);
    return driver;
  }
}
