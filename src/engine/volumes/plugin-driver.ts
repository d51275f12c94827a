import * as v from 'valibot';
import { System, Unavailable } from '../../base/errors.js';
import type { Plugin } from '../plugins/plugins.js';
import type { DriverVolume, Note, VolumeDriver } from './driver.js';
import type { VolumeRecord } from './model.js';

/** How Docker's plugins say that they are of this kind. */
export const volumePlugin = 'VolumeDriver';

/** Making and mounting may take a plugin long. */
const longMs = 120_000;
const shortMs = 60_000;
/** How long one is waited for that is being restarted; who asks for lists does not wait. */
const retryMs = 15_000;
const atOnce = ['List', 'Capabilities'];

const text = v.nullish(v.string(), '');
const described = v.object({
  Name: v.string(),
  Mountpoint: text,
  CreatedAt: v.nullish(v.string()),
  Status: v.nullish(v.record(v.string(), v.unknown())),
});
const answers = {
  volume: v.object({ Volume: v.nullish(described) }),
  volumes: v.object({ Volumes: v.nullish(v.array(described), []) }),
  mountpoint: v.object({ Mountpoint: text }),
  capabilities: v.object({ Capabilities: v.nullish(v.object({ Scope: text }), { Scope: '' }) }),
};

/** Volumes that a plugin keeps: Docker's protocol `VolumeDriver`. Every use is told to the plugin. */
export class PluginDriver implements VolumeDriver {
  readonly name: string;
  readonly #plugin: Plugin;
  #scope: string | undefined;

  constructor(plugin: Plugin) {
    this.name = plugin.name;
    this.#plugin = plugin;
  }

  /** A plugin need not say; then its volumes are this machine's. */
  async scope(): Promise<string> {
    this.#scope ??= await this.#askScope().catch((error: unknown) => {
      if (error instanceof System) return 'local';
      throw error;
    });
    return this.#scope;
  }

  /** The record comes second: what the plugin has and we don't know of is found when it is asked for. */
  async create({ name, options }: VolumeRecord, note: Note): Promise<void> {
    await this.#call('Create', { Name: name, Opts: options ?? {} }, longMs);
    await note();
  }

  async remove({ name }: VolumeRecord, forget: Note): Promise<void> {
    await this.#call('Remove', { Name: name }, shortMs);
    await forget();
  }

  /** Whatever a plugin says of a name that it doesn't know, it has no such volume. */
  async get(name: string): Promise<DriverVolume | undefined> {
    try {
      const { Volume } = await this.#ask('Get', { Name: name }, answers.volume);
      return Volume ? shown(Volume) : undefined;
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      return undefined;
    }
  }

  async list(): Promise<readonly DriverVolume[]> {
    const { Volumes } = await this.#ask('List', {}, answers.volumes);
    return Volumes.map(shown);
  }

  tracks(): boolean {
    return true;
  }

  async mount({ name }: VolumeRecord, useId: string): Promise<string> {
    const body = { Name: name, ID: useId };
    const { Mountpoint } = await this.#ask('Mount', body, answers.mountpoint, longMs);
    if (!Mountpoint.startsWith('/')) {
      throw new System(`volume driver ${this.name} mounted ${name} nowhere: "${Mountpoint}"`);
    }
    return Mountpoint;
  }

  async unmount({ name }: VolumeRecord, useId: string): Promise<void> {
    await this.#call('Unmount', { Name: name, ID: useId }, shortMs);
  }

  resume(): void {
    // The plugin has not forgotten.
  }

  async #askScope(): Promise<string> {
    const { Capabilities } = await this.#ask('Capabilities', {}, answers.capabilities);
    return Capabilities.Scope.toLowerCase() === 'global' ? 'global' : 'local';
  }

  async #ask<S extends v.GenericSchema>(
    method: string,
    body: object,
    schema: S,
    timeoutMs = shortMs,
  ): Promise<v.InferOutput<S>> {
    const answer = v.safeParse(schema, await this.#call(method, body, timeoutMs));
    if (answer.success) return answer.output;
    throw new System(`volume driver ${this.name}: ${method}: ${answer.issues[0].message}`);
  }

  #call(method: string, body: object, timeoutMs: number): Promise<object> {
    const options = { timeoutMs, retryMs: atOnce.includes(method) ? 0 : retryMs };
    return this.#plugin.client.call(`${volumePlugin}.${method}`, body, options);
  }
}

function shown({ Name, Mountpoint, CreatedAt, Status }: v.InferOutput<typeof described>) {
  return {
    name: Name,
    mountpoint: Mountpoint,
    ...(CreatedAt && { createdAt: CreatedAt }),
    ...(Status && { status: Status }),
  };
}
