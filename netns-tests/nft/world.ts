import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fd } from '../../src/native/fd.js';
import { Namespaces, type Sync } from '../../src/native/netns.js';

/** A network namespace of a test's own, gone with its disposal. */
export class World implements Disposable {
  readonly #namespaces = new Namespaces();
  readonly #folder = mkdtempSync(join(tmpdir(), 'tsnet-nft-'));
  readonly #netns: Fd;

  constructor() {
    this.#namespaces.make(this.#pin);
    this.#netns = this.#namespaces.open(this.#pin);
  }

  get #pin(): string {
    return join(this.#folder, 'netns');
  }

  /** Runs `work` inside. */
  run<T>(work: () => Sync<T>): T {
    return this.#namespaces.run(this.#netns, work);
  }

  /** Runs a program inside and hands back what it wrote. @throws Error with its complaint if it failed. */
  exec(command: string, args: readonly string[], input = ''): string {
    const { status, stdout, stderr, error } = this.#namespaces.run(this.#netns, () =>
      spawnSync(command, args, { input, encoding: 'utf8', timeout: 20_000, maxBuffer: 1 << 28 }),
    );
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? stderr}`);
    return stdout;
  }

  [Symbol.dispose](): void {
    this.#netns.close();
    this.#namespaces.remove(this.#pin);
    this.#namespaces[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Whether this process may make namespaces. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
