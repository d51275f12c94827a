import { createReadStream, createWriteStream, fstatSync, openSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { closeAll, type OpenLogFile, openLogFiles, tryOpen } from './log-files.js';

/** Told of files that are begun while it reads. */
interface Follower {
  next(file: OpenLogFile): void;
}

/** The files of one log, for those who read it and for the one who puts them aside. */
export class LogSource {
  readonly path: string;
  readonly #followers = new Set<Follower>();

  constructor(path: string) {
    this.path = path;
  }

  /** Opens the log as it is now. To be disposed of. */
  open(): LogReading {
    const reading = new LogReading(openLogFiles(this.path), () => this.#followers.delete(reading));
    this.#followers.add(reading);
    return reading;
  }

  /** The file that was written is put aside, another has been begun: whoever reads goes on with that. */
  begun(): void {
    for (const follower of this.#followers) {
      const fd = tryOpen(this.path);
      if (fd !== undefined) follower.next({ path: this.path, isCompressed: false, fd });
    }
  }
}

/** So many files are kept for a reader though the log has dropped them; more would fill the disk. */
const MOST_DROPPED = 8;

/** A log that is being read: its files, the oldest first, and those that are begun meanwhile. */
export class LogReading implements Disposable {
  /** Undefined: closed, because it was read or because the reader is too slow. */
  readonly #files: (OpenLogFile | undefined)[];
  readonly #closed: () => void;
  /** The last file when the log was opened, and how many bytes it had. */
  readonly #end: { readonly file: OpenLogFile; readonly size: number } | undefined;
  #wake = () => {};
  #isOver = false;
  #at = 0;
  #lost = 0;

  constructor(files: OpenLogFile[], closed: () => void) {
    this.#files = files;
    this.#closed = closed;
    const last = files.at(-1);
    this.#end = last && { file: last, size: fstatSync(last.fd).size };
  }

  /** How many files there are by now. */
  get count(): number {
    return this.#files.length;
  }

  /** How many files were left out because the log had dropped them long before they were read. */
  get lost(): number {
    return this.#lost;
  }

  /** Calls back whenever there is another file. */
  set onNext(wake: () => void) {
    this.#wake = wake;
  }

  /** One that it has found by itself, because it came in that moment, is not read twice. */
  next(file: OpenLogFile): void {
    const last = this.#files.at(-1);
    const isKnown = last !== undefined && isSame(last.fd, file.fd);
    if (this.#isOver || isKnown) closeAll([file]);
    else this.#files.push(file);
    this.#dropUnread();
    this.#wake();
  }

  /** The file at a place is read from now on, and nothing before it any more. */
  begin(at: number): void {
    this.#at = at;
    for (let before = at - 1; this.#files[before]; before--) this.#close(before);
  }

  /** The file at a place; a compressed one is unpacked first. */
  async plain(at: number): Promise<OpenLogFile | undefined> {
    const file = this.#files[at];
    if (!file?.isCompressed) return file;
    const plain = { ...file, isCompressed: false, fd: await unpacked(file) };
    this.#files[at] = plain;
    closeAll([file]);
    return plain;
  }

  /** How many bytes of a plain file were there when the log was opened: what came later is not its end. */
  sizeAtOpening(file: OpenLogFile): number {
    return file === this.#end?.file ? this.#end.size : fstatSync(file.fd).size;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#closed();
    closeAll(this.#files.splice(0).filter((file) => file !== undefined));
  }

  #dropUnread(): void {
    const isDropped = (file: OpenLogFile | undefined, at: number) =>
      at > this.#at && file !== undefined && fstatSync(file.fd).nlink === 0;
    const dropped = this.#files.flatMap((file, at) => (isDropped(file, at) ? [at] : []));
    for (const at of dropped.slice(0, -MOST_DROPPED)) {
      this.#close(at);
      this.#lost++;
    }
  }

  #close(at: number): void {
    const file = this.#files[at];
    this.#files[at] = undefined;
    if (file) closeAll([file]);
  }
}

function isSame(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one), fstatSync(other)];
  return a.ino === b.ino && a.dev === b.dev;
}

/** The content in a file without a name, which goes with its descriptor. */
async function unpacked({ path, fd }: OpenLogFile): Promise<number> {
  const temporary = `${path}.${process.pid}.${process.hrtime.bigint()}.read`;
  const own = openSync(temporary, 'wx+', 0o600);
  rmSync(temporary);
  try {
    await pipeline(
      createReadStream('', { fd, autoClose: false, start: 0 }),
      createGunzip(),
      createWriteStream('', { fd: own, autoClose: false }),
    );
    return own;
  } catch (error) {
    closeAll([{ fd: own }]);
    throw error;
  }
}
