import { execFileSync } from 'node:child_process';
import { closeSync, openSync, promises, readdirSync, readlinkSync } from 'node:fs';
import koffi from 'koffi';
import type { Context } from 'mocha';

const CLONE_NEWNET = 0x40000000;
const NETNS = '/proc/thread-self/ns/net';

interface Calls {
  unshare(flags: number): number;
  setns(fd: number, type: number): number;
}

/**
 * Network namespaces without a name for one test file. They live as long as their descriptors and what is
 * open in them; the thread is only ever inside synchronously.
 */
export class ScratchNamespaces implements Disposable {
  readonly #calls: Calls;
  readonly #home = openSync(NETNS, 'r');
  readonly #made: number[] = [];

  /** libuv's threads must be born at home. */
  static async create(): Promise<ScratchNamespaces> {
    await Promise.all(Array.from({ length: 4 }, () => promises.stat('/')));
    return new ScratchNamespaces();
  }

  private constructor() {
    const libc = koffi.load(null);
    this.#calls = {
      unshare: libc.func('int unshare(int)'),
      setns: libc.func('int setns(int, int)'),
    };
  }

  /** The descriptor of a new namespace. */
  make(): number {
    try {
      if (this.#calls.unshare(CLONE_NEWNET) !== 0) throw new Error('unshare failed');
      const fd = openSync(NETNS, 'r');
      this.#made.push(fd);
      return fd;
    } finally {
      this.#goHome();
    }
  }

  /** Runs something synchronous in a namespace. */
  inside<T>(fd: number, run: () => T): T {
    try {
      if (this.#calls.setns(fd, CLONE_NEWNET) !== 0) throw new Error('setns failed');
      return run();
    } finally {
      this.#goHome();
    }
  }

  /** What iproute2 says in a namespace. */
  json<T>(fd: number, program: 'ip' | 'bridge', ...args: string[]): T {
    const text = this.inside(fd, () =>
      execFileSync(program, ['-j', ...args], { encoding: 'utf8', timeout: 5000, stdio: 'pipe' }),
    );
    return JSON.parse(text === '' ? '[]' : text);
  }

  [Symbol.dispose](): void {
    for (const fd of this.#made) closeSync(fd);
    this.#made.length = 0;
    closeSync(this.#home);
  }

  /** In a wrong namespace the next test would change the machine. */
  #goHome(): void {
    if (this.#calls.setns(this.#home, CLONE_NEWNET) !== 0) process.abort();
  }
}

/** The namespace that the thread is in. */
export function currentNetns(): string {
  return readlinkSync(NETNS);
}

/** What every open descriptor is: `socket:[123]`, `/dev/null`, ... */
export function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

/** Namespaces need root. */
export function skipWithoutRoot(context: Context): void {
  if (process.getuid?.() !== 0) context.skip();
}
