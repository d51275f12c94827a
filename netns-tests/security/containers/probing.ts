import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DockerDaemon, dockerd } from '../../api/dockerd.js';
import { send } from '../../api/http.js';
import { busyboxTar } from '../../api/rootfs.js';
import { TestDaemon } from '../../world/daemon.js';
import { World } from '../../world/world.js';
import type { Findings } from './probe.js';

/** What a container finds, and what it was given beside. */
export interface Probed extends Findings {
  /** Descriptors of its first process before it did anything, as `ls` shows them. */
  readonly descriptors: readonly string[];
}

export const hasDocker = existsSync(dockerd);

const image = 'busybox:test';
const node = dirname(process.execPath);
/** The probe's program and all that Node needs, the same for whichever daemon runs it. */
const binds = [
  ...['/usr', '/lib', '/lib64'].filter(existsSync).map((path) => `${path}:${path}:ro`),
  ...(node.startsWith('/usr') ? [] : [`${node}:${node}:ro`]),
  `${resolve('node_modules/koffi')}:/probe/node_modules/koffi:ro`,
  `${resolve('node_modules/@koromix')}:/probe/node_modules/@koromix:ro`,
  `${fileURLToPath(new URL('./probe.js', import.meta.url))}:/probe/probe.mjs:ro`,
].filter((bind) => existsSync(bind.split(':')[0] ?? ''));

/** A daemon in a world of its own, with the image. */
export class ProbeDaemon implements AsyncDisposable {
  readonly #world: World;
  readonly #daemon: AsyncDisposable & { readonly socket: string };

  private constructor(world: World, daemon: AsyncDisposable & { readonly socket: string }) {
    this.#world = world;
    this.#daemon = daemon;
  }

  /** `docker`, or tsnet with one of its runtimes. */
  static async start(kind: 'docker' | 'crun' | 'runc'): Promise<ProbeDaemon> {
    const world = await World.create();
    const flags = ['--default-runtime', kind];
    const daemon = await (kind === 'docker'
      ? DockerDaemon.start(world.host)
      : TestDaemon.start(world.host, flags));
    const started = new ProbeDaemon(world, daemon);
    await started.ask('POST /images/create?fromSrc=-&repo=busybox&tag=test', await busyboxTar());
    return started;
  }

  async ask(line: string, body?: object | Buffer): Promise<string> {
    const versioned = line.replace(' /', ' /v1.41/');
    const { status, text } = await send(this.#daemon.socket, versioned, body ? { body } : {});
    if (status >= 400) throw new Error(`${line}: ${status} ${text}`);
    return text;
  }

  /** Runs a command to its end; gives its whole output, errors too. */
  async run(command: readonly string[], host: object = {}, config: object = {}): Promise<string> {
    const body = {
      Image: image,
      Cmd: command,
      Tty: true,
      ...config,
      HostConfig: { NetworkMode: 'none', ...host },
    };
    const { Id } = JSON.parse(await this.ask('POST /containers/create', body)) as { Id: string };
    try {
      await this.ask(`POST /containers/${Id}/start`);
      await this.ask(`POST /containers/${Id}/wait`);
      return await this.ask(`GET /containers/${Id}/logs?stdout=1&stderr=1`);
    } finally {
      await this.ask(`DELETE /containers/${Id}?force=1`);
    }
  }

  /** Runs the probe in a container with these settings. */
  async probe(host: object, config: object = {}): Promise<Probed> {
    const script = `ls -l /proc/$$/fd; exec ${process.execPath} /probe/probe.mjs`;
    const limits = { Binds: binds, Tmpfs: { '/tmp': 'exec,mode=1777,dev' } };
    const shell = ['/bin/sh', '-c', script];
    const output = await this.run(shell, { ...limits, ...host }, config);
    const lines = output.trim().split(/\r?\n/);
    const json = lines.pop() ?? '';
    if (!json.startsWith('{')) throw new Error(`the probe failed: ${output}`);
    const descriptors = lines.flatMap((line) => /(\d+ -> .*)$/.exec(line)?.[1] ?? []);
    return { ...(JSON.parse(json) as Findings), descriptors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    await this.#world[Symbol.asyncDispose]();
  }
}
