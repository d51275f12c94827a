import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Result } from '../world/command.js';
import { run } from '../world/command.js';
import { mountsBelow } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import type { World } from '../world/world.js';

/** As the test kit starts it: TSNET_DIST names the folder of another build. */
export function daemonCommand(): string[] {
  const { TSNET_DIST: dist } = process.env;
  if (!dist) return [resolve('bin', 'tsnetd')];
  return [process.execPath, '--enable-source-maps', join(resolve(dist), 'tsnetd.mjs')];
}

/** The CLI of the same build. */
export function cliCommand(): string[] {
  const { TSNET_DIST: dist } = process.env;
  return dist ? [process.execPath, join(resolve(dist), 'tsnet.mjs')] : [resolve('bin', 'tsnet')];
}

/** Runs a program on a world's host with variables, and with the world's folder as its home. */
export function clientOn(world: () => World) {
  return (env: Record<string, string>, ...argv: string[]): Promise<Result> => {
    const { host, folder } = world();
    const variables = Object.entries({ HOME: folder, ...env }).map((pair) => pair.join('='));
    return host.run(['env', ...variables, ...argv]);
  };
}

/** What a start that ends by itself left. */
export interface Attempt extends Result {
  /** Mount points left below the roots. */
  readonly mounts: readonly string[];
}

/** Starts of tsnetd that are meant to fail, or only to check their configuration, on roots of their own. */
export class Attempts implements AsyncDisposable {
  /** The roots are `data` and `run` below it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'tsn-'));
  readonly #host: Namespace;

  constructor(host: Namespace) {
    this.#host = host;
  }

  /**
   * Runs tsnetd to its end. What comes last in `args` rules; `wrapper` is a command that runs the one behind it.
   * @throws Error if it keeps running
   */
  async run(args: readonly string[], wrapper: readonly string[] = []): Promise<Attempt> {
    const { folder } = this;
    const result = await this.#host.run([
      ...wrapper,
      ...daemonCommand(),
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
      ...args,
    ]);
    return { ...result, mounts: mountsBelow(folder) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const path of mountsBelow(this.folder)) await run(['umount', '--lazy', path]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
