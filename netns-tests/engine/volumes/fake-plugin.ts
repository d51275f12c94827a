import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

/** One question to the plugin. */
export interface Asked {
  readonly method: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A volume plugin of Docker's protocol: folders below one of its own, and memory of what it was asked. */
export class FakePlugin implements AsyncDisposable {
  readonly asked: Asked[] = [];
  /** Ids of the uses of each volume that is mounted. */
  readonly mounted = new Map<string, Set<string>>();
  readonly options = new Map<string, unknown>();
  /** What it answers to a method instead of doing it. */
  readonly refusals = new Map<string, string>();
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const text = Buffer.concat(parts).toString();
      const method = (request.url ?? '').slice(1);
      const body = text === '' ? {} : (JSON.parse(text) as Asked['body']);
      this.asked.push({ method, body });
      const refusal = this.refusals.get(method);
      const answer = refusal === undefined ? this.#answer(method, body) : { Err: refusal };
      response.writeHead(answer ? 200 : 404, {
        'content-type': 'application/vnd.docker.plugins.v1.2+json',
      });
      response.end(JSON.stringify(answer ?? { Err: 'no such method' }));
    });
  }

  /** Serves `NAME.sock` in a folder of sockets. */
  static async listen(sockets: string, name: string, folder: string): Promise<FakePlugin> {
    const plugin = new FakePlugin(folder);
    mkdirSync(sockets, { recursive: true });
    mkdirSync(folder, { recursive: true });
    await new Promise<void>((done) => plugin.#server.listen(join(sockets, `${name}.sock`), done));
    return plugin;
  }

  /** Methods asked since the last call, without their prefix. */
  take(): string[] {
    return this.asked.splice(0).map(({ method }) => method.replace('VolumeDriver.', ''));
  }

  #path(name: string): string {
    return join(this.#folder, name.replaceAll('/', '_'));
  }

  #shown(name: string): object {
    const isMounted = (this.mounted.get(name)?.size ?? 0) > 0;
    return {
      Name: name,
      Mountpoint: isMounted ? this.#path(name) : '',
      CreatedAt: '2026-01-02T03:04:05Z',
      Status: { uses: this.mounted.get(name)?.size ?? 0 },
    };
  }

  #answer(method: string, { Name, ID, Opts }: Asked['body']): object | undefined {
    const name = String(Name);
    const uses = this.mounted.get(name) ?? new Set<string>();
    const table: Readonly<Record<string, () => object>> = {
      'Plugin.Activate': () => ({ Implements: ['VolumeDriver'] }),
      'VolumeDriver.Capabilities': () => ({ Capabilities: { Scope: 'global' } }),
      'VolumeDriver.Create': () => {
        this.options.set(name, Opts);
        mkdirSync(this.#path(name), { recursive: true });
        return { Err: '' };
      },
      'VolumeDriver.Remove': () => {
        this.options.delete(name);
        return {};
      },
      'VolumeDriver.Get': () =>
        this.options.has(name) ? { Volume: this.#shown(name) } : { Err: 'volume not found' },
      'VolumeDriver.List': () => ({
        Volumes: [...this.options.keys()].map((one) => this.#shown(one)),
      }),
      'VolumeDriver.Path': () => ({ Mountpoint: this.#path(name) }),
      'VolumeDriver.Mount': () => {
        this.mounted.set(name, uses.add(String(ID)));
        return { Mountpoint: this.#path(name) };
      },
      'VolumeDriver.Unmount': () => (uses.delete(String(ID)) ? {} : { Err: 'not mounted' }),
    };
    return Object.hasOwn(table, method) ? table[method]?.() : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }
}
