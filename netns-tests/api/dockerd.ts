import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../world/command.js';
import { mountsBelow } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';

/** The program that the tests are compared with. */
export const dockerd = '/usr/sbin/dockerd';

/** A real dockerd on folders of its own, in the namespace that plays the host. */
export class DockerDaemon implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: ReturnType<Namespace['start']>;

  private constructor(host: Namespace, folder: string) {
    this.#folder = folder;
    const command = [
      dockerd,
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
      ...['--pidfile', join(folder, 'pid'), '--host', `unix://${join(folder, 'sock')}`],
    ];
    this.#process = host.start(command, { outlived: true });
  }

  /** Starts one and waits until it takes requests. */
  static async start(host: Namespace): Promise<DockerDaemon> {
    const daemon = new DockerDaemon(host, mkdtempSync(join(tmpdir(), 'dkr-')));
    await daemon.#process.waitFor(/API listen on/, 30_000);
    return daemon;
  }

  get socket(): string {
    return join(this.#folder, 'sock');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop('SIGTERM', 20_000);
    for (const path of mountsBelow(this.#folder)) await run(['umount', '--lazy', path]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
