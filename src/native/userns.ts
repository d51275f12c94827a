import { fstatSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { System } from '../base/errors.js';
import type { IdMaps, IdRange } from '../base/id-mapping.js';
import { type Fd, pipe } from './fd.js';
import { isErrno } from './libc.js';
import { memoryFile } from './memfd.js';
import { bind, umount } from './mount.js';
import { openProcess } from './pidfd.js';
import { spawn } from './process.js';
import { reap } from './wait.js';
import { waitReadable } from './wait-readable.js';

/** Where the programs are that make and join namespaces (util-linux). */
export interface NamespacePrograms {
  readonly unshare: string;
  readonly nsenter: string;
}

/** Any byte will do. */
const READY = Buffer.of(0);
/** Far more than it ever takes. */
const TIMEOUT_MS = 60_000;
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/**
 * User namespaces and the network namespaces that belong to them, pinned to files. A process with several threads can't
 * go into a user namespace (setns(2)), so that another one makes them: it ends when we say so, and when we end.
 */
export class UserNamespaces {
  readonly #programs: NamespacePrograms;
  readonly #maps: IdMaps;

  /** `maps`: of those that are made. */
  constructor(programs: NamespacePrograms, maps: IdMaps) {
    this.#programs = programs;
    this.#maps = maps;
  }

  /**
   * Makes a user namespace, and a network namespace that belongs to it, with its loopback down; both files are there.
   * @throws System with the reason, and then nothing is pinned
   */
  make({ users, network }: { users: string; network: string }): void {
    const { unshare } = this.#programs;
    const { uids, gids } = this.#maps;
    using holder = new Holder(unshare, ['unshare', '--user', '--net', '--', 'cat']);
    writeFileSync(`/proc/${holder.pid}/uid_map`, mapText(uids));
    writeFileSync(`/proc/${holder.pid}/gid_map`, mapText(gids));
    bind({ source: `/proc/${holder.pid}/ns/user`, target: users });
    try {
      bind({ source: `/proc/${holder.pid}/ns/net`, target: network });
    } catch (error) {
      umount(users, { lazy: true });
      throw error;
    }
  }

  /** Makes a network namespace that belongs to a user namespace. @throws System */
  makeNetwork({ users, network }: { users: string; network: string }): void {
    const { nsenter, unshare } = this.#programs;
    const words = ['nsenter', `--user=${users}`, '--', unshare, '--net', '--', 'cat'];
    using holder = new Holder(nsenter, words);
    bind({ source: `/proc/${holder.pid}/ns/net`, target: network });
  }
}

/** A process in namespaces of its own, until it is disposed. */
class Holder implements Disposable {
  readonly pid: number;
  readonly #input: Fd;

  /** Waits until the program is `cat`, which answers: by then all has been done that comes before. */
  constructor(file: string, argv: readonly string[]) {
    const [input, output] = [pipe(), pipe()];
    this.#input = input.write;
    using errors = memoryFile('stderr');
    using answers = output.read;
    try {
      const fds = { 0: input.read.number, 1: output.write.number, 2: errors.number };
      this.pid = spawn({ file, argv, env: environment, fds });
    } catch (error) {
      input.write.close();
      throw error;
    } finally {
      input.read.close();
      output.write.close();
    }
    if (this.#answers(answers)) return;
    this[Symbol.dispose]();
    throw new System(`cannot make a user namespace: ${textOf(errors) || 'no answer'}`);
  }

  [Symbol.dispose](): void {
    this.#input.close();
    using running = openProcess({ pid: this.pid });
    if (running) {
      process.kill(this.pid, 'SIGKILL');
      waitReadable(running, -1);
    }
    reap(this.pid);
  }

  #answers(answers: Fd): boolean {
    try {
      writeSync(this.#input.number, READY);
    } catch (error) {
      // It has ended already, and says why.
      if (isErrno(error, 'EPIPE')) return false;
      throw error;
    }
    return waitReadable(answers, TIMEOUT_MS) && readSync(answers.number, Buffer.alloc(1)) === 1;
  }
}

function mapText(ranges: readonly IdRange[]): string {
  return ranges
    .map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`)
    .join('');
}

function textOf(file: Fd): string {
  const bytes = Buffer.alloc(fstatSync(file.number).size);
  readSync(file.number, bytes, 0, bytes.length, 0);
  return bytes.toString('utf8').trim();
}
