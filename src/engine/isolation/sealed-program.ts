import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Fd } from '../../native/fd.js';
import { sealedCopy } from '../../native/memfd.js';

/** What begins an executable file that is no script (elf(5)). */
const ELF = Buffer.from('\x7fELF', 'latin1');

/**
 * A copy of crun in sealed memory. crun makes sure that no container can write to its program (CVE-2019-5736): it puts
 * a read-only mount over itself and executes itself anew, unless it finds that it is such a copy (crun:
 * cloned_binary.c, is_self_cloned). That is a quarter of an exec's time, and the same protection.
 */
export class SealedProgram implements Disposable {
  readonly #path: string;
  #copy: { readonly fd: Fd; readonly version: string } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The copy, made anew when the program was replaced, by an update say. Undefined for a script. */
  current(): Fd | undefined {
    const { dev, ino, size, mtimeNs } = statSync(this.#path, { bigint: true });
    const version = `${dev} ${ino} ${size} ${mtimeNs}`;
    if (this.#copy?.version === version) return this.#copy.fd;
    this[Symbol.dispose]();
    if (!isBinary(this.#path)) return undefined;
    this.#copy = { fd: sealedCopy(this.#path), version };
    return this.#copy.fd;
  }

  [Symbol.dispose](): void {
    this.#copy?.fd.close();
    this.#copy = undefined;
  }
}

function isBinary(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(ELF.length);
    readSync(fd, start, 0, start.length, 0);
    return start.equals(ELF);
  } finally {
    closeSync(fd);
  }
}
