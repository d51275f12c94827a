import { writeSync } from 'node:fs';
import type { Children } from '../../native/children.js';
import { type Fd, pipe } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import type { OutputPipes } from './pipe-output.js';

/**
 * Waits for a line, or for the end of who should have sent it; then it reads on in its place, so that a process never
 * writes to a pipe without a reader, which would kill it, nor to a full one. By names, which opens the pipes anew: as
 * we have them a read does not wait, and cat would give up.
 */
const script =
  'read _ <&3 && exit; cat /proc/self/fd/4 >/dev/null & exec cat /proc/self/fd/5 >/dev/null';
const fdNumbers = { life: 3, stdout: 4, stderr: 5 };
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const LINE = Buffer.from('\n');

/** A process that holds the pipes of another together with us, and reads them when we are killed. */
export class PipeKeeper implements Disposable {
  readonly #life: Fd;

  /** Starts it. `shell`: path of a POSIX shell. @throws SyscallError */
  constructor(children: Children, shell: string, { stdout, stderr }: OutputPipes) {
    const { read, write } = pipe();
    this.#life = write;
    try {
      children.spawn({
        file: shell,
        argv: ['sh', '-c', script],
        env: environment,
        fds: {
          [fdNumbers.life]: read.number,
          [fdNumbers.stdout]: stdout.number,
          [fdNumbers.stderr]: stderr.number,
        },
        newSession: true,
      });
    } catch (error) {
      write.close();
      throw error;
    } finally {
      read.close();
    }
  }

  /** Lets it go. */
  [Symbol.dispose](): void {
    if (!this.#life.isOpen) return;
    try {
      writeSync(this.#life.number, LINE);
    } catch (error) {
      if (!isErrno(error, 'EPIPE')) throw error;
    } finally {
      this.#life.close();
    }
  }
}
